/** `@Authorized`: checks the live revocation state and the roles at every field. */
import type { AccessToken } from '../caller/access-token-claims.js';
import type { RequestContext } from '../caller/caller.js';
import { tokenOf } from '../caller/token-of.js';
import { LatchkeyError } from '../lib/errors.js';
import { hasEnded, type RevocationCheck, type RevocationVerdict } from '../revocation/revocation-check.js';

/** Returns true if the caller may resolve the field. @throws LatchkeyError UNAUTHENTICATED, FORBIDDEN or AUTH_UNAVAILABLE */
export type Authorize = (field: { readonly context: RequestContext }, roles: readonly string[]) => true | Promise<true>;

/** The context was built when the request began, so this asks again: a logout earlier in the same operation must count (R2). */
export function createAuthChecker(check: RevocationCheck): Authorize {
  return ({ context }, roles) => {
    const token = tokenOf(context);
    const verdict = check.ask(token);
    return verdict instanceof Promise ? verdict.then((known) => allow(token, known, roles)) : allow(token, verdict, roles);
  };
}

function allow(token: AccessToken, verdict: RevocationVerdict, roles: readonly string[]): true {
  if (verdict !== 'live') throw LatchkeyError.unauthenticated(verdict === 'expired' ? 'TOKEN_EXPIRED' : 'TOKEN_REVOKED', hasEnded(verdict));
  if (!hasRole(token, roles)) throw LatchkeyError.forbidden();
  return true;
}

/** Whether the token has one of the roles. An empty list asks for none. */
export function hasRole(token: AccessToken, roles: readonly string[]): boolean {
  return roles.length === 0 || roles.some((role) => token.roles.includes(role));
}
