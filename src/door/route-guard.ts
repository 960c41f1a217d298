/** The door for routes of an application: the same checks as for /graphql (R1), or a refusal. */
import type { AccessToken } from '../caller/access-token-claims.js';
import type { ContextBuilder, IncomingRequest } from '../caller/caller.js';
import { tokenOf } from '../caller/token-of.js';
import { LatchkeyError } from '../lib/errors.js';
import { hasRole } from './auth-checker.js';

/**
 * It throws where a caller is not authenticated, so that it guards a route also as a bare hook (`preHandler: app.authenticate`), which
 * ignores what it returns.
 *
 * @throws LatchkeyError UNAUTHENTICATED, FORBIDDEN or AUTH_UNAVAILABLE
 */
export type AuthenticateRoute = (incoming: IncomingRequest, roles?: readonly string[]) => Promise<AccessToken>;

export function createRouteGuard(buildContext: ContextBuilder): AuthenticateRoute {
  return async (incoming, roles = []) => {
    const token = tokenOf(await buildContext(incoming));
    if (!hasRole(token, roles)) throw LatchkeyError.forbidden();
    return token;
  };
}
