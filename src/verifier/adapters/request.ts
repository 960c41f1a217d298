/** Finds the token of a request and of a WebSocket, for every server that is built on Node's. */
import type { Verifier, VerifierCaller } from '../contract.js';

/** What Node's IncomingMessage, Express' and Fastify's requests have in common. */
export interface NodeRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Node's `headers` keeps only the first of two Authorization headers; here are all of them. */
  readonly headersDistinct?: Readonly<Record<string, readonly string[] | undefined>> | undefined;
}

/** @returns every Authorization header: two are refused, since a proxy may have checked the other one */
export function authorizationOf({ headers, headersDistinct }: NodeRequest): string | readonly string[] | undefined {
  return headersDistinct?.authorization ?? headers.authorization;
}

/** What stands in place of a token that can't be one. It is no valid header, so the verifier says TOKEN_INVALID. */
const NO_TOKEN = 'Bearer ?';

/**
 * The token of a WebSocket: `authorization` in the payload of `connection_init`, whatever the case of its letters, or else the header of the
 * request that has opened it.
 */
export function authorizationOfSocket(payload: unknown, request: NodeRequest | undefined): string | readonly string[] | undefined {
  const named = Object.entries(typeof payload === 'object' && payload !== null ? payload : {}).filter(
    ([name]) => name.toLowerCase() === 'authorization',
  );
  const [[, value] = []] = named;
  if (named.length === 0) return request === undefined ? undefined : authorizationOf(request);
  return named.length === 1 && typeof value === 'string' ? value : NO_TOKEN;
}

/** The part of the context that every resolver finds. */
export interface CallerContext {
  readonly caller: VerifierCaller;
}

export async function callerOfRequest(verifier: Verifier, request: NodeRequest): Promise<VerifierCaller> {
  return verifier.authenticate(authorizationOf(request));
}
