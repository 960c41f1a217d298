/** `latchkey/client` against a server that listens: tabs of one browser, with the clock, the network and the storage in the hands of the test. */
import { onTestFinished } from 'vitest';
import {
  type AuthChange,
  type AuthClient,
  type AuthClientOptions,
  createAuthClient,
  type TokenStorage,
} from '../../src/client/auth-client.js';
import { type HeldClock, holdClock } from './client-clock.js';
import { type ClientNetwork, openNetwork } from './client-network.js';
import { EMAIL, PASSWORD } from './requests.js';
import { startApp, type TestApp, type TestOptions } from './start-app.js';

export interface Tab extends AuthClient {
  /** Every change so far: its reason, and of the end of a session why. */
  readonly told: readonly string[];
  /** Waits until it has been told, after what has been told already when it is asked. */
  hear(change: string): Promise<void>;
}

export interface ClientWorld {
  readonly app: TestApp;
  readonly url: string;
  readonly network: ClientNetwork;
  readonly clock: HeldClock;
  readonly storage: TokenStorage & { readonly items: Map<string, string> };
  /** A client of its own; on one storage it is another tab of the same browser. */
  open(options?: Partial<AuthClientOptions>): Tab;
  /** For server and client. */
  pass(seconds: number): void;
}

export const CREDENTIALS = { email: EMAIL, password: PASSWORD };

export async function startWorld(options: TestOptions & { readonly clientStart?: number } = {}): Promise<ClientWorld> {
  const { clientStart, ...rest } = options;
  const app = await startApp(rest);
  const url = `${await app.app.listen()}/graphql`;
  const [network, clock, storage] = [openNetwork(), holdClock(clientStart), createStorage()];
  return {
    app,
    url,
    network,
    clock,
    storage,
    open: (own = {}) => watch(createAuthClient({ url, tokens: storage, clock, fetch: network.fetch, ...own })),
    pass(seconds) {
      app.clock.advance(seconds);
      clock.advance(seconds);
    },
  };
}

/** Like `localStorage`, and open to the test. */
export function createStorage(): ClientWorld['storage'] {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/** What a server makes of the token that a client has: `ok`, or why not. */
export async function askWith({ app }: ClientWorld, tab: AuthClient): Promise<string> {
  return app.ask((await tab.getAccessToken()) ?? undefined);
}

function watch(client: AuthClient): Tab {
  const told: string[] = [];
  const waiting = new Map<string, () => void>();
  client.onChange((change) => {
    const text = textOf(change);
    told.push(text);
    waiting.get(text)?.();
  });
  onTestFinished(() => client.close());
  const hear = (change: string) => new Promise<void>((resolve) => waiting.set(change, resolve));
  return Object.defineProperties({ told, hear } as unknown as Tab, Object.getOwnPropertyDescriptors(client));
}

function textOf(change: AuthChange): string {
  if (change.reason === 'LOGGED_OUT') return `${change.reason} ${change.why}`;
  return change.reason === 'REFRESH_FAILED' ? `${change.reason} ${change.failure.code}` : change.reason;
}
