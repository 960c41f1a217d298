/** Verifies access tokens as strictly as the door of the login server does, by the keys of its ring (R39). */
import { constants, verify } from 'node:crypto';
import { type AccessToken, isExpired, isNotYetValid, namesAudience, parseClaims, TOKEN_TYPE } from '../caller/access-token-claims.js';
import type { KeyRing, RingKey } from './key-ring.js';

/** It is `expired` only if the signature and the claims are right. */
export type Verification =
  | { readonly kind: 'valid'; readonly token: AccessToken }
  | { readonly kind: 'expired'; readonly token: AccessToken }
  | { readonly kind: 'invalid' }
  /** The server may have made its key a moment ago: renew, then verify again. */
  | { readonly kind: 'key-unknown' };

interface Needs {
  readonly ring: KeyRing;
  readonly audience: string;
  /** Null before it is known. */
  readonly issuer: () => string | null;
  readonly algorithms: ReadonlySet<string>;
  readonly clockToleranceSeconds: number;
}

/** A token whose signature and fixed claims were right, under this key and for this issuer. */
interface Verified {
  readonly token: AccessToken & { readonly nbf?: number };
  readonly key: RingKey;
}

const INVALID: Verification = { kind: 'invalid' };
const KID = /^[\w-]{22}$/;
const MAX_LENGTH = 4_096;
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;
/** Of two groups, the older one is dropped when the newer one is full. */
const CACHED_PER_GROUP = 5_000;
/** RFC 7518, section 3.4. */
const ES256_SIGNATURE_BYTES = 64;

export function createTokenVerification(...given: ConstructorParameters<typeof TokenVerification>): TokenVerification {
  return new TokenVerification(...given);
}

export class TokenVerification {
  #recent = new Map<string, Verified>();
  #older = new Map<string, Verified>();

  constructor(private readonly needs: Needs) {}

  /** @param now milliseconds since the epoch. Never throws: every text gets a `Verification` */
  verify(text: string, now: number): Verification {
    const { ring, clockToleranceSeconds } = this.needs;
    const known = this.#findCached(text);
    // Key and issuer are checked every time: a key that has left the ring verifies nothing any more.
    const isCurrent = known !== null && ring.find(known.key.kid) === known.key && known.token.iss === this.needs.issuer();
    const verified = isCurrent ? known : this.#verifySignature(text);
    if (verified === null) return this.#isKeyUnknown(text) ? { kind: 'key-unknown' } : INVALID;
    const { token } = verified;
    if (isNotYetValid(token, now, clockToleranceSeconds)) return INVALID;
    return { kind: isExpired(token, now, clockToleranceSeconds) ? 'expired' : 'valid', token };
  }

  #findCached(text: string): Verified | null {
    const recent = this.#recent.get(text);
    if (recent !== undefined) return recent;
    const older = this.#older.get(text);
    if (older === undefined) return null;
    this.#keep(text, older);
    return older;
  }

  #keep(text: string, verified: Verified): void {
    if (this.#recent.size >= CACHED_PER_GROUP) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(text, verified);
  }

  #isKeyUnknown(text: string): boolean {
    if (text.length > MAX_LENGTH) return false;
    const kid = parseHeader(text)?.kid;
    return typeof kid === 'string' && KID.test(kid) && this.needs.ring.find(kid) === null;
  }

  #verifySignature(text: string): Verified | null {
    if (text.length > MAX_LENGTH || !COMPACT_JWS.test(text) || !text.split('.').every(isCanonical)) return null;
    const key = this.#keyFor(text);
    const claims = key === null ? null : parseClaims(payloadOf(key, text));
    if (key === null || claims === null || claims.iss !== this.needs.issuer() || !namesAudience(claims, this.needs.audience)) return null;
    // Frozen, because it is kept: a program that changed it would change the caller of every later request.
    if (typeof claims.aud === 'object') Object.freeze(claims.aud);
    const token = Object.freeze({ ...claims, roles: Object.freeze([...claims.roles]), kid: key.kid });
    const verified = { token, key };
    this.#keep(text, verified);
    return verified;
  }

  /** The key is chosen by `kid` alone, from the ring; the algorithm is the key's, not the header's (RFC 8725, section 3.1). */
  #keyFor(text: string): RingKey | null {
    const header = parseHeader(text);
    if (header === null || header.typ !== TOKEN_TYPE || typeof header.kid !== 'string') return null;
    // Members that are never written may ask for something that is not done: `crit`, `b64`, `zip`, `jwk`, `jku`, `x5u` (RFC 7515, section 4).
    if (Object.keys(header).some((member) => !['alg', 'typ', 'kid'].includes(member))) return null;
    const key = this.needs.ring.find(header.kid);
    return key !== null && key.algorithm === header.alg && this.needs.algorithms.has(key.algorithm) ? key : null;
  }
}

/** @returns null if the signature is not the key's, or the payload is no JSON */
function payloadOf({ algorithm, publicKey }: RingKey, text: string): unknown {
  const end = text.lastIndexOf('.');
  const signature = Buffer.from(text.slice(end + 1), 'base64url');
  if (algorithm === 'ES256' && signature.length !== ES256_SIGNATURE_BYTES) return null;
  const key =
    algorithm === 'ES256'
      ? ({ key: publicKey, dsaEncoding: 'ieee-p1363' } as const)
      : ({ key: publicKey, padding: constants.RSA_PKCS1_PADDING } as const);
  try {
    if (!verify('sha256', Buffer.from(text.slice(0, end)), key, signature)) return null;
    return parseJson(text.slice(text.indexOf('.') + 1, end));
  } catch {
    return null;
  }
}

function parseHeader(text: string): Record<string, unknown> | null {
  try {
    const header = parseJson(text.slice(0, text.indexOf('.')));
    return typeof header === 'object' && header !== null ? (header as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function parseJson(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

/** base64url ignores stray bits at the end, so one token would have several spellings (R12; RFC 4648, section 3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}
