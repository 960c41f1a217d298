/** The rules of the claims of an access token (RFC 7519, RFC 9068), all in one place. */

/** The claims of an access token. Instants are whole seconds since the epoch. */
export interface AccessTokenClaims {
  readonly iss: string;
  /** RFC 7519, section 4.1.3: one audience, or a list of them. */
  readonly aud: string | readonly string[];
  /** The user. */
  readonly sub: string;
  /** The session. */
  readonly sid: string;
  /** This one token. */
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly client_id: string;
  readonly roles: readonly string[];
  /** The token generation. Tokens of every other generation are revoked. */
  readonly gen: number;
}

/** A verified access token: its claims, and the key that verified its signature. */
export interface AccessToken extends AccessTokenClaims {
  /** From the header (RFC 7515, section 4.1.4). */
  readonly kid: string;
}

/** The only client until clients can be registered (RFC 9068, section 2.2). */
export const CLIENT_ID = 'latchkey';

/** RFC 9068, section 2.1. */
export const TOKEN_TYPE = 'at+jwt';

const ID = /^[A-Za-z0-9_-]{22}$/;

/** Reads a verified payload strictly: every claim must be present and of its type. Of the claims that we don't issue, only `nbf` is read. */
export function parseClaims(payload: unknown): (AccessTokenClaims & { readonly nbf?: number }) | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const claims = payload as Record<string, unknown>;
  const { iss, aud, sub, sid, jti, iat, exp, client_id, roles, gen, nbf } = claims;
  if (typeof iss !== 'string' || !isAudience(aud) || client_id !== CLIENT_ID) return null;
  if (!isId(sub) || !isId(sid) || !isId(jti)) return null;
  if (!isCount(iat) || !isCount(exp) || !isCount(gen) || (nbf !== undefined && !isCount(nbf))) return null;
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string')) return null;
  return { iss, aud, sub, sid, jti, iat, exp, client_id, roles, gen, ...(nbf === undefined ? {} : { nbf }) };
}

/** RFC 7519, section 4.1.3: a token is for a service only if it names the service. */
export function namesAudience({ aud }: Pick<AccessTokenClaims, 'aud'>, audience: string): boolean {
  return typeof aud === 'string' ? aud === audience : aud.includes(audience);
}

/** `iat` and `nbf` (RFC 7519, sections 4.1.5 and 4.1.6) may be ahead of our clock by the tolerance. */
export function isNotYetValid(claims: { readonly iat: number; readonly nbf?: number }, now: number, toleranceSeconds: number): boolean {
  const latest = now / 1000 + toleranceSeconds;
  return claims.iat > latest || (claims.nbf ?? 0) > latest;
}

/** RFC 7519, section 4.1.4: a token is refused on and after `exp`. The tolerance delays that instant. */
export function isExpired(claims: { readonly exp: number }, now: number, toleranceSeconds: number): boolean {
  return now / 1000 >= claims.exp + toleranceSeconds;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

function isAudience(value: unknown): value is AccessTokenClaims['aud'] {
  return typeof value === 'string' || (Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string'));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
