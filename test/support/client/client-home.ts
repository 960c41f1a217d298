/** The environment of the client tests in Node, with a simulated browser; in a real browser client-home.browser.ts replaces it. */
import { Window } from 'happy-dom';
import type { Container } from 'react-dom/client';
import { onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { TokenStorage } from '../../../src/client/auth-client.js';
import { openCookieJar } from '../sockets/cookie-jar.js';

export interface ClientHome {
  /** Whether there is a document. In a page the client looks for other tabs without being asked to. */
  readonly isPage: boolean;
  /** The `Origin` of requests to the server; null if they carry none. */
  readonly origin: string | null;
  readonly WebSocket: unknown;
  /** The server's address under a name that is same-site with the page. */
  nameServer(address: string): string;
  /** Like `localStorage`, but the test can look inside. */
  createStorage(): OpenStorage;
  /** A browser's cookies and `localStorage`, which last until the test ends. */
  openCookies(fetch: typeof globalThis.fetch): Promise<Cookies>;
  /** The window of the page, which lasts until the test ends. @returns a function that fires an event of a given type, with more properties */
  openWindow(): (type: string, more?: object) => void;
  /** An element of a document, which lasts until the test ends. */
  openPage(): Container & { innerHTML: string };
  /** Waits for the next unhandled rejection. */
  untilUnhandled(): Promise<unknown>;
}

export interface OpenStorage extends TokenStorage {
  readonly items: ReadonlyMap<string, string>;
}

export interface Cookies {
  readonly fetch: typeof globalThis.fetch;
  readonly local: OpenStorage;
  /** The refresh token in the server's cookie. */
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
    const readRefreshToken = async () => [...jar.cookies].find(([name]) => name.startsWith('__Host-latchkey-refresh-'))?.[1];
    return { fetch: jar.fetch, local, readRefreshToken };
  },
  openWindow() {
    const window = new EventTarget();
    stubUntilFinished({
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
    });
    return (type, more) => window.dispatchEvent(Object.assign(new Event(type), more));
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
