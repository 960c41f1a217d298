/** What the tests of the client need of the place they run in: here Node, where a browser is pretended. Its twin is client-home.browser.ts. */
import { Window } from 'happy-dom';
import type { Container } from 'react-dom/client';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { TokenStorage } from '../../../src/client/auth-client.js';
import { openCookieJar } from '../sockets/cookie-jar.js';

export interface ClientHome {
  /** Where there is a document, there are other tabs: the client need not be told. */
  readonly isPage: boolean;
  /** Where a server is told that its requests are from; null where it is told nothing. */
  readonly origin: string | null;
  readonly WebSocket: unknown;
  /** The address of a server, by the name under which it is of one site with the page. */
  nameServer(address: string): string;
  /** Like `localStorage`, and open to the test. */
  createStorage(): OpenStorage;
  /** A browser's cookies and `localStorage`, for as long as the test lasts. */
  openCookies(fetch: typeof globalThis.fetch): Promise<Cookies>;
  /** What happens to the window of the page, for as long as the test lasts. @returns what makes an event of this type happen */
  openWindow(): (type: string) => void;
  /** An element of a document, for as long as the test lasts. */
  openPage(): Container & { innerHTML: string };
  /** The next rejection that nobody handles. */
  untilUnhandled(): Promise<unknown>;
}

export interface OpenStorage extends TokenStorage {
  readonly items: ReadonlyMap<string, string>;
}

export interface Cookies {
  readonly fetch: typeof globalThis.fetch;
  readonly local: OpenStorage;
  /** The refresh token in the cookie of the server. */
  readRefreshToken(): Promise<string | undefined>;
}

export const home: ClientHome = {
  isPage: false,
  origin: null,
  WebSocket,
  nameServer: (address) => address,
  createStorage() {
    const items = new Map<string, string>();
    return {
      items,
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
      removeItem: (key) => void items.delete(key),
    };
  },
  async openCookies(fetch) {
    const local = home.createStorage();
    stubUntilFinished({ localStorage: local });
    const jar = openCookieJar(fetch);
    return { fetch: jar.fetch, local, readRefreshToken: async () => jar.cookies.get('__Host-latchkey-refresh') };
  },
  openWindow() {
    const window = new EventTarget();
    stubUntilFinished({
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
    });
    return (type) => window.dispatchEvent(new Event(type));
  },
  openPage() {
    const window = new Window();
    stubUntilFinished({ window, document: window.document });
    onTestFinished(() => window.happyDOM.close());
    return window.document.body as unknown as Container & { innerHTML: string };
  },
  untilUnhandled: () => new Promise((resolve) => process.once('unhandledRejection', resolve)),
};

function stubUntilFinished(globals: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  onTestFinished(() => void vi.unstubAllGlobals());
}
