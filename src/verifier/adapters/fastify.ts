/** `latchkey/verifier/fastify`: a hook for `preHandler` that answers 401, 403 or 503, or sets `request.caller`. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessToken, Verifier, VerifierCaller } from '../contract.js';
import { bodyOf, judgeRequest, type RouteOptions, tokenIn } from './http-guard.js';

export type { RouteOptions } from './http-guard.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the hook of `latchkey/verifier/fastify`. */
    caller?: VerifierCaller;
  }
}

/** Use it for all routes (`app.addHook('preHandler', …)`), or for one (`{ preHandler: … }`). It asks again at each request. */
export function createPreHandler(verifier: Verifier, options: RouteOptions = {}) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const { caller, refusal } = await judgeRequest(verifier, request.raw, options);
    if (refusal !== null) {
      return reply
        .code(refusal.status)
        .headers({ ...refusal.headers, 'cache-control': 'no-store' })
        .send(bodyOf(refusal));
    }
    request.caller = caller;
    return undefined;
  };
}

/** @throws TypeError if the route is not guarded, or serves strangers too */
export function getToken(request: { readonly caller?: VerifierCaller }): AccessToken {
  return tokenIn(request);
}
