/** `latchkey/verifier/express`: a middleware that answers 401, 403 or 503, or sets `request.caller`. */
import type { AccessToken, Verifier, VerifierCaller } from '../contract.js';
import { bodyOf, judgeRequest, type RouteOptions, tokenIn } from './http-guard.js';
import type { NodeRequest } from './request.js';

export type { RouteOptions } from './http-guard.js';

declare global {
  namespace Express {
    interface Request {
      /** Set by the middleware of `latchkey/verifier/express`. */
      caller?: VerifierCaller;
    }
  }
}

interface Request extends NodeRequest {
  caller?: VerifierCaller;
}

interface Response {
  status(code: number): Response;
  set(headers: Record<string, string>): Response;
  json(body: unknown): unknown;
}

/** Use it for all routes, or for one. It asks again at each request. */
export function createMiddleware(verifier: Verifier, options: RouteOptions = {}) {
  return async (request: Request, response: Response, next: () => void): Promise<void> => {
    const { caller, refusal } = await judgeRequest(verifier, request, options);
    if (refusal !== null) {
      response
        .status(refusal.status)
        .set({ ...refusal.headers, 'cache-control': 'no-store' })
        .json(bodyOf(refusal));
      return;
    }
    request.caller = caller;
    next();
  };
}

/** @throws TypeError if the route is not guarded, or serves strangers too */
export function getToken(request: { readonly caller?: VerifierCaller }): AccessToken {
  return tokenIn(request);
}
