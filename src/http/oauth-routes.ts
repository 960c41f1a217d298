/** POST /oauth/introspect (RFC 7662) and POST /oauth/revoke (RFC 7009). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { namesAudience } from '../caller/access-token-claims.js';
import type { Caller, Door } from '../caller/caller.js';
import { LatchkeyError } from '../lib/errors.js';
import type { Origin } from '../lib/origin.js';
import { acceptForms, formOf } from './form.js';
import { originOf } from './incoming-request.js';
import { answerOAuthError, UnsupportedToken } from './oauth-errors.js';
import { refuseSecretsInQuery, type ServiceDoor } from './service-door.js';

/**
 * Ends the session of a token. When it returns, no node and no strict verifier accepts a token of that session; an unknown token is no error.
 *
 * @throws LatchkeyError RATE_LIMITED, AUTH_UNAVAILABLE, LOGOUT_UNCONFIRMED
 */
export type RevokeToken = (token: string, caller: Caller, origin: Origin) => Promise<void>;

export interface OAuthParts {
  readonly callers: Door;
  readonly services: ServiceDoor;
  readonly revoke: RevokeToken;
}

/** RFC 7662, section 2.2: the answer does not say why a token is not active. */
const INACTIVE = '{"active":false}';

export async function serveOAuth(scope: FastifyInstance, { callers, services, revoke }: OAuthParts): Promise<void> {
  acceptForms(scope);
  scope.setErrorHandler((error: FastifyError, request, reply) => answerOAuthError(error, request, reply));

  scope.post('/oauth/introspect', async (request, reply) => {
    const { audience } = await services.bearerOrBasic(request);
    const caller = await callers.callerOf(tokenIn(request));
    reply.type('application/json');
    return reply.send(introspectionOf(caller, audience));
  });

  scope.post('/oauth/revoke', async (request: FastifyRequest, reply: FastifyReply) => {
    refuseSecretsInQuery(request);
    // RFC 7009, section 2.1: a public client authenticates by nothing but the token. A client that shows a credential must show a right one.
    if (request.headers.authorization !== undefined) await services.bearerOrBasic(request);
    const token = tokenIn(request);
    if (token.startsWith('lkv_')) throw new UnsupportedToken();
    await revoke(token, await callers.callerOf(token), originOf(request));
    return reply.send();
  });
}

/** `token_type_hint` only says where to look first (RFC 7009, section 2.1), and the form of a token says that better. */
function tokenIn(request: FastifyRequest): string {
  const form = formOf(request);
  if (form.has('client_secret'))
    throw LatchkeyError.badInput('Send the service credential in the header "Authorization", not in the form.');
  const token = form.get('token');
  if (!token) throw LatchkeyError.badInput('The form needs the parameter "token".');
  return token;
}

/** @throws LatchkeyError AUTH_UNAVAILABLE if it is not known whether the token is live: `active: false` would be a lie */
function introspectionOf(caller: Caller, audience: string): string {
  if (caller.kind === 'unknown') throw LatchkeyError.unavailable(caller.failure);
  if (caller.kind !== 'authenticated' || !namesAudience(caller.token, audience)) return INACTIVE;
  const { sub, sid, aud, iss, exp, iat, jti, client_id, roles } = caller.token;
  return JSON.stringify({ active: true, token_type: 'Bearer', sub, sid, aud, iss, exp, iat, jti, client_id, roles });
}
