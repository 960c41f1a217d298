/** Sends one operation to the server; the result is its payload or an `AuthError`. */
import { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import { DOCUMENTS, type Operations } from './operations.js';

type Answer<Name extends keyof Operations> = Operations[Name]['answer'];
export type Payload<Name extends keyof Operations> = NonNullable<Answer<Name>[keyof Answer<Name>]>;

export interface AskOptions {
  readonly token?: string | null | undefined;
  readonly limitMs?: number | undefined;
}

interface GraphqlAnswer {
  readonly errors?: readonly { readonly extensions?: Record<string, unknown> }[];
  readonly data?: Record<string, unknown>;
}

/** @throws AuthError and nothing else */
export type Ask = <Name extends keyof Operations>(
  name: Name,
  variables: Operations[Name]['variables'],
  options?: AskOptions,
) => Promise<Payload<Name>>;

const LIMIT_MS = 20_000;

/** @param isCookie whether the refresh token is in a cookie (R30) */
export function createTransport(url: string, fetch: typeof globalThis.fetch, clock: ClientClock, isCookie: boolean): Ask {
  return async (name, variables, { token, limitMs = LIMIT_MS } = {}) => {
    const stop = new AbortController();
    const cancel = clock.after(limitMs, () => stop.abort());
    let answer: GraphqlAnswer | null = null;
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token && { authorization: `Bearer ${token}` }),
          ...(isCookie && { 'latchkey-refresh-token': 'cookie' }),
        },
        body: JSON.stringify({ query: DOCUMENTS[name], variables }),
        signal: stop.signal,
        // A logout must reach the server even if the user leaves the page.
        keepalive: name === 'logout',
        // The body has secrets that must not follow a redirect to another server.
        redirect: 'error',
        credentials: isCookie ? 'include' : 'same-origin',
      });
      answer = (await response.json()) as GraphqlAnswer;
    } catch {
    } finally {
      cancel();
    }
    const error = answer?.errors?.[0];
    const payload = answer?.data?.[name];
    if (payload && !error) return payload as Payload<typeof name>;
    const { code, reason, retryAfter } = error?.extensions ?? {};
    throw new AuthError(wordOf(code) ?? 'UNREACHABLE', wordOf(reason), Number(retryAfter) || null);
  };
}

/** Accepts only code-like words: a server that echoes its input must not get a password or token into an error message. */
function wordOf(value: unknown): string | null {
  return /^[A-Z_]+$/.test(value as string) ? (value as string) : null;
}
