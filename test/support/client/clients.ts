/** `latchkey/client` against a server that listens: tabs of one browser, whose clock, network and storage the test controls. */
import { onTestFinished } from 'vitest';
import { type AuthChange, type AuthClient, type AuthClientOptions, createAuthClient } from '../../../src/client/auth-client.js';
import { EMAIL, PASSWORD } from '../app/requests.js';
import { borrowServer } from './borrow-server.js';
import { type HeldClock, holdClock } from './client-clock.js';
import { home, type OpenStorage } from './client-home.js';
import { type ClientNetwork, openNetwork } from './client-network.js';
import type { LoginServer } from './login-server.js';

export interface Tab extends AuthClient {
  /** Every change so far, with its reason; for the end of a session, why it ended. */
  readonly told: readonly string[];
  /** Waits until the client reports this change, counting from the call and ignoring earlier reports. */
  hear(change: string): Promise<void>;
}

export interface ClientWorld {
  readonly server: LoginServer;
  readonly url: string;
  readonly network: ClientNetwork;
  readonly clock: HeldClock;
  readonly storage: OpenStorage;
  /** Opens a client. On the same storage it is another tab of the same browser, which hears of the others with `tabs: true`. */
  open(options?: Partial<AuthClientOptions>): Tab;
  /** Moves the time of the server and of the clients. */
  pass(seconds: number): Promise<void>;
}

export interface WorldOptions {
  readonly settings?: Record<string, string>;
  readonly clientStart?: number;
}

export const CREDENTIALS = { email: EMAIL, password: PASSWORD };

/** @param clientStart the initial time on the clients' wall clock */
export async function startWorld({ settings = {}, clientStart }: WorldOptions = {}): Promise<ClientWorld> {
  const { server, address } = await borrowServer({ ...settings, ...(home.origin === null ? {} : { CORS_ORIGINS: home.origin }) });
  const url = `${home.nameServer(address)}/graphql`;
  const [network, clock, storage] = [openNetwork(), holdClock(clientStart), home.createStorage()];
  return {
    server,
    url,
    network,
    clock,
    storage,
    open: (own = {}) => watch(createAuthClient({ url, tokens: storage, clock, tabs: false, fetch: network.fetch, ...own })),
    async pass(seconds) {
      await server.advance(seconds);
      clock.advance(seconds);
    },
  };
}

/** How a server answers to the token of this client: `ok`, or the reason of the refusal. */
export async function askWith({ server }: ClientWorld, tab: AuthClient): Promise<string> {
  return server.ask((await tab.getAccessToken()) ?? undefined);
}

/** The claims of a token, read without verifying it. */
export function claimsOf(accessToken: string): { readonly sub: string; readonly roles: readonly string[] } {
  const [, claims = ''] = accessToken.split('.');
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/')));
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
