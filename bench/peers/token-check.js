/**
 * The check of Latchkey's access token in a fast peer: the signature (ES256) once per token, then from a cache; expiry and two sets of
 * revoked ids on every request.
 */
import { createPublicKey } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';

const publicKey = createPublicKey({ key: JSON.parse(process.env.PUBLIC_JWK), format: 'jwk' });
const RULES = { algorithms: ['ES256'], issuer: 'latchkey', audience: 'latchkey' };
const BEARER = 'Bearer ';

const verified = new LRUCache({ max: 10_000 });
const revoked = new Set();

function verify(token) {
  const known = verified.get(token);
  if (known !== undefined) return known;
  try {
    const claims = jwt.verify(token, publicKey, RULES);
    verified.set(token, claims);
    return claims;
  } catch {
    return null;
  }
}

/** @returns the claims of a live token, or null */
export function callerOf(authorization) {
  if (!authorization?.startsWith(BEARER)) return null;
  const claims = verify(authorization.slice(BEARER.length));
  if (claims === null || claims.exp * 1000 <= Date.now()) return null;
  return revoked.has(claims.sid) || revoked.has(claims.jti) ? null : claims;
}

export function revoke({ sid }) {
  revoked.add(sid);
}
