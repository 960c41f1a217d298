/** GET /check and GET /hasura: gateways ask with the headers of a request whether its access token is live. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type AccessToken, namesAudience } from '../caller/access-token-claims.js';
import type { Door } from '../caller/caller.js';
import { tokenOf } from '../caller/token-of.js';
import type { Config } from '../config/config.js';
import { LatchkeyError } from '../lib/errors.js';
import { isRole } from '../lib/text-rules.js';
import { authorizationOf } from './incoming-request.js';
import { refuseSecretsInQuery } from './service-door.js';

/** The role that every user has in Hasura. Hasura's own role `admin` may do everything; the names of our roles have capital letters. */
const USER_ROLE = 'user';

export async function serveChecks(scope: FastifyInstance, { audience: own }: Pick<Config, 'audience'>, callers: Door): Promise<void> {
  // Some gateways pass on the method and the headers of the request that they check. Its body does not matter here.
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, body, done) => {
    body.resume();
    done(null);
  });

  const getToken = async (request: FastifyRequest, audience: string): Promise<AccessToken> => {
    const token = tokenOf({ caller: await callers.callerBehind(authorizationOf(request)) });
    if (!namesAudience(token, audience)) throw LatchkeyError.unauthenticated('TOKEN_INVALID');
    return token;
  };

  const check = async (request: FastifyRequest, reply: FastifyReply, audience: string) => {
    const { sub, sid, roles } = await getToken(request, audience);
    return reply
      .code(204)
      .headers({ 'latchkey-user': sub, 'latchkey-session': sid, 'latchkey-roles': roles.filter(isRole).join(',') })
      .send();
  };
  scope.all('/check', (request, reply) => check(request, reply, audienceIn(request) ?? own));
  // For gateways that put a prefix before the path of the request. Its query belongs to the client, who must not choose the audience.
  for (const path of ['/check/for/:audience', '/check/for/:audience/*'])
    scope.all<{ Params: { audience: string } }>(path, (request, reply) => check(request, reply, request.params.audience));

  scope.get('/hasura', async (request, reply) => {
    const { sub, roles, exp } = await getToken(request, audienceIn(request) ?? own);
    const allowed = [USER_ROLE, ...roles.filter(isRole)];
    const role = request.headers['x-hasura-role'] ?? USER_ROLE;
    if (typeof role !== 'string' || !allowed.includes(role)) throw LatchkeyError.unauthenticated('TOKEN_INVALID');
    return reply.send({
      'X-Hasura-User-Id': sub,
      'X-Hasura-Role': role,
      // Hasura takes texts only; this is the form of a list in PostgreSQL.
      'X-Hasura-Allowed-Roles': `{${allowed.join(',')}}`,
      Expires: new Date(exp * 1000).toUTCString(),
    });
  });
}

/** @returns null without the parameter. @throws LatchkeyError BAD_USER_INPUT if it comes twice, or the query contains a token */
function audienceIn(request: FastifyRequest): string | null {
  refuseSecretsInQuery(request);
  const { audience } = request.query as Readonly<Record<string, unknown>>;
  if (audience === undefined) return null;
  if (typeof audience !== 'string' || audience === '') throw LatchkeyError.badInput('Give one "audience", or none for AUDIENCE.');
  return audience;
}
