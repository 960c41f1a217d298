/** Issues and verifies access tokens: `jsonwebtoken` behind one strict wrapper. */
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import {
  type AccessToken,
  type AccessTokenClaims,
  CLIENT_ID,
  isExpired,
  isNotYetValid,
  namesAudience,
  parseClaims,
  TOKEN_TYPE,
} from '../../caller/access-token-claims.js';
import type { World } from '../../world.js';
import type { VerificationKey } from './signing-key-rows.js';
import type { SigningKeys } from './signing-keys.js';

/** The result of verifying a token. It is `expired` only if the signature and the claims are right. */
export type Verification =
  | { readonly kind: 'valid'; readonly claims: AccessToken }
  | { readonly kind: 'expired'; readonly claims: AccessToken }
  | { readonly kind: 'invalid' }
  /** Another node may have made its key: call `reloadKeys`, then verify again. */
  | { readonly kind: 'key-unknown' };

/** The claims that differ from token to token. */
export type TokenSubject = Pick<AccessTokenClaims, 'sub' | 'sid' | 'jti' | 'roles' | 'gen' | 'iat' | 'exp'>;

const INVALID: Verification = { kind: 'invalid' };
const KID = /^[\w-]{22}$/;
const MAX_LENGTH = 4_096;
const CACHED_TOKENS = 10_000;
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

interface Needs {
  readonly keys: SigningKeys;
}

export class AccessTokens {
  /** Tokens whose signature and fixed claims are right. Time, key ring and revocation are checked every time. */
  readonly #verified = new LRUCache<string, AccessToken & { readonly nbf?: number }>({
    max: CACHED_TOKENS,
  });

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  issue(subject: TokenSubject): string {
    const { kid, algorithm, privateKey } = this.needs.keys.current;
    const { issuer, audience, accessTokenAudiences } = this.world.config;
    // One audience is a text, as before there could be several: services that know only that form go on.
    const aud = accessTokenAudiences.length === 1 ? audience : accessTokenAudiences;
    const claims: AccessTokenClaims = { iss: issuer, aud, client_id: CLIENT_ID, ...subject };
    return jwt.sign(claims, privateKey, { algorithm, header: { alg: algorithm, typ: TOKEN_TYPE, kid } });
  }

  /** Never throws: every text gets a `Verification`. */
  verify(token: string): Verification {
    const claims = this.#verified.get(token) ?? this.#verifySignature(token);
    if (claims === null) return this.#isKeyUnknown(token) ? { kind: 'key-unknown' } : INVALID;
    if (this.needs.keys.find(claims.kid) === null) return INVALID;
    const now = this.world.clock.now();
    if (isNotYetValid(claims, now, this.world.config.clockToleranceSeconds)) return INVALID;
    return { kind: isExpired(claims, now, this.world.config.clockToleranceSeconds) ? 'expired' : 'valid', claims };
  }

  /** @throws LatchkeyError AUTH_UNAVAILABLE */
  reloadKeys(): Promise<void> {
    return this.needs.keys.refresh();
  }

  #isKeyUnknown(token: string): boolean {
    if (!this.needs.keys.isShared || token.length > MAX_LENGTH) return false;
    const kid = parseHeader(token)?.kid;
    return typeof kid === 'string' && KID.test(kid) && this.needs.keys.find(kid) === null;
  }

  #verifySignature(token: string) {
    if (token.length > MAX_LENGTH || !COMPACT_JWS.test(token) || !token.split('.').every(isCanonical)) return null;
    const key = this.#keyFor(token);
    const payload = key && verifyWith(key, token);
    const claims = parseClaims(payload);
    const { issuer, audience } = this.world.config;
    if (key === null || claims === null || claims.iss !== issuer || !namesAudience(claims, audience)) return null;
    // Frozen, because it is kept: a resolver of an application that changed it would change the caller of every later request.
    if (typeof claims.aud === 'object') Object.freeze(claims.aud);
    const verified = Object.freeze({ ...claims, roles: Object.freeze([...claims.roles]), kid: key.kid });
    this.#verified.set(token, verified);
    return verified;
  }

  /** The key is chosen by `kid` alone, from our own ring; the algorithm is the key's, not the header's (RFC 8725, section 3.1). */
  #keyFor(token: string): VerificationKey | null {
    const header = parseHeader(token);
    if (header === null || header.typ !== TOKEN_TYPE || typeof header.kid !== 'string') return null;
    // Members that we never write may ask for something that we don't do: `crit`, `b64`, `zip`, `jwk`, `jku`, `x5u` (RFC 7515, section 4).
    if (Object.keys(header).some((member) => !['alg', 'typ', 'kid'].includes(member))) return null;
    const key = this.needs.keys.find(header.kid);
    return key !== null && key.algorithm === header.alg ? key : null;
  }
}

function verifyWith(key: VerificationKey, token: string): unknown {
  try {
    // `verify` checks the time itself, against the injected clock, for cached tokens too.
    return jwt.verify(token, key.publicKey, { algorithms: [key.algorithm], ignoreExpiration: true, ignoreNotBefore: true });
  } catch {
    return null;
  }
}

function parseHeader(token: string): Record<string, unknown> | null {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString('utf8'));
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** base64url ignores stray bits at the end, so one token would have several spellings (R12; RFC 4648, section 3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
