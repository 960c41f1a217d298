/** `latchkey/client/graphql-ws`: a graphql-ws client whose socket carries the token of the session and closes when the session ends. */
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import type { AuthClient } from './auth-client.js';

/** The close codes of the server (docs/subscriptions.md): the session has ended, and the token alone is no longer good. */
const REFUSED = 4401;
const STALE = 4403;

/** The changes after which a waiting socket asks for the token again. */
const WAITS_FOR = ['LOGGED_IN', 'REFRESHED', 'LOGGED_OUT'];

const LAST_RETRY_MS = 30_000;

/**
 * Takes the options of `createClient` and adds the token to `connectionParams`. It tries forever to reach the server, unless
 * `shouldRetry` or `retryAttempts` say otherwise. `dispose` also stops listening to `auth`.
 */
export function createAuthSocket(auth: AuthClient, options: ClientOptions): Client {
  const { url, connectionParams, on, retryWait = backOff, shouldRetry = () => true, ...rest } = options;
  const endedHere = new WeakSet<object>();
  let token: string | null = null;
  /** Why this client is closing the socket at the moment. */
  let closing: 'LOGGED_IN' | 'LOGGED_OUT' | null = null;
  let isHurried = false;

  /** Waits until the token is known, and never fails: graphql-ws would treat a failure here as final. */
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
    // Settle before the socket opens: the server gives an open socket three seconds for its connection_init.
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
        if (closing === 'LOGGED_IN' || code === STALE) isHurried = true;
        if (token !== null && (code === REFUSED || code === STALE)) auth.renew(token).catch(() => undefined);
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
    // A socket that was opened without a token must reconnect with the token of the new session.
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

/** Random delays, so that not all clients return to a restarted server at the same moment. */
async function backOff(retries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.min(2 ** retries * 1000, LAST_RETRY_MS) + Math.random() * 3000));
}
