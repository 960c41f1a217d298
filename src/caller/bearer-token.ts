/** Reads the bearer token of a request from its Authorization headers. */

const SCHEME = 'bearer';

/**
 * RFC 6750, section 2.1; the scheme's case does not matter (RFC 9110, section 11.1).
 *
 * @returns undefined if the client sent no bearer token, null if what it sent can't be one
 */
export function bearerTokenOf(authorization: readonly string[]): string | null | undefined {
  const [only] = authorization;
  if (only === undefined) return undefined;
  // Two headers are refused: a proxy may have checked the other one.
  if (authorization.length > 1) return null;
  let at = SCHEME.length;
  if (only.slice(0, at).toLowerCase() !== SCHEME || (only.length > at && only[at] !== ' ')) return undefined;
  while (only[at] === ' ') at += 1;
  return only.slice(at) || null;
}
