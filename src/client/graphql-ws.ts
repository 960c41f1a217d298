/** `latchkey/client/graphql-ws`: a client of graphql-ws whose socket has the token of the session, and ends with it. */
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import type { AuthClient } from './auth-client.js';

/** Close codes of the server (docs/subscriptions.md). */
const REFUSED = 4401;
const EXPIRED = 4403;

/** It goes on while somebody waits for the network, or for the server. */
const WAITS_FOR = ['LOGGED_IN', 'REFRESHED', 'LOGGED_OUT'];

const LAST_RETRY_MS = 30_000;

/**
 * Takes the options of `createClient`; the token is added to `connectionParams`. A server that can't be reached is tried again until it
 * can be, unless `shouldRetry` or `retryAttempts` say otherwise. `dispose` also stops listening to `auth`.
 */
export function createAuthSocket(auth: AuthClient, options: ClientOptions): Client {
  const { url, connectionParams, on, retryWait = backOff, shouldRetry = () => true, ...rest } = options;
  const endedHere = new WeakSet<object>();
  let token: string | null = null;
  /** What a socket is closed for here, while it is. */
  let closing: 'LOGGED_IN' | 'LOGGED_OUT' | null = null;
  let isHurried = false;

  /** graphql-ws takes a failure here for final: so it waits until it is known who is there. */
  const settle = async (): Promise<string | null> => {
    for (;;) {
      const known = await auth.getAccessToken().catch(() => undefined);
      if (known !== undefined) return known;
      await new Promise<void>((resolve) => {
        const unsubscribe = auth.onChange(({ reason }) => {
          if (!WAITS_FOR.includes(reason)) return;
          unsubscribe();
          resolve();
        });
      });
    }
  };

  const client = createClient({
    retryAttempts: Number.POSITIVE_INFINITY,
    ...rest,
    // Before the socket is opened: a server gives an open one three seconds to say who it is.
    async url() {
      await settle();
      return typeof url === 'function' ? url() : url;
    },
    async connectionParams() {
      token = await settle();
      const own = typeof connectionParams === 'function' ? await connectionParams() : connectionParams;
      return token === null ? own : { ...own, authorization: `Bearer ${token}` };
    },
    on: {
      ...on,
      closed(event) {
        const code = isCloseEvent(event) ? event.code : 0;
        if (closing === 'LOGGED_OUT') endedHere.add(event as object);
        if (closing === 'LOGGED_IN' || code === EXPIRED) isHurried = true;
        if (token !== null && (code === REFUSED || code === EXPIRED)) auth.renew(token).catch(() => undefined);
        on?.closed?.(event);
      },
    },
    async retryWait(retries) {
      const isAtOnce = isHurried;
      isHurried = false;
      if (!isAtOnce) await retryWait(retries);
    },
    shouldRetry: (event) => !endedHere.has(event as object) && shouldRetry(event),
  });
  const unsubscribe = auth.onChange(({ reason }) => {
    if (reason !== 'LOGGED_OUT' && reason !== 'LOGGED_IN') return;
    // What was opened for nobody is opened again for who is there now.
    closing = reason;
    client.terminate();
    closing = null;
  });
  return {
    ...client,
    dispose() {
      unsubscribe();
      return client.dispose();
    },
  };
}

function isCloseEvent(event: unknown): event is { readonly code: number } {
  return typeof event === 'object' && event !== null && 'code' in event && 'reason' in event;
}

/** Not all clients come back to a server at the same moment. */
async function backOff(retries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** retries * 1000, LAST_RETRY_MS) + Math.random() * 3000));
}
