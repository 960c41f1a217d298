/** The environment of the client tests in a page of a real browser, where it replaces client-home.ts. */
import type { Container } from 'react-dom/client';
import { onTestFinished } from 'vitest';
import { commands } from 'vitest/browser';
import type { TokenStorage } from '../../../src/client/auth-client.js';
import type { ClientHome } from './client-home.js';

/** The few parts of a page that are used here: the test project is not compiled with the types of a browser. */
interface Page {
  readonly location: { readonly origin: string; readonly hostname: string };
  readonly localStorage: TokenStorage & { clear(): void };
  readonly WebSocket: unknown;
  readonly document: {
    readonly body: { append(element: PageElement): void };
    createElement(name: string): PageElement;
  };
  addEventListener(type: string, listener: (event: { readonly reason?: unknown; preventDefault(): void }) => void): void;
  removeEventListener(type: string, listener: (event: never) => void): void;
  dispatchEvent(event: Event): boolean;
}

type PageElement = Container & { innerHTML: string; remove(): void };

declare module 'vitest/browser' {
  interface BrowserCommands {
    readRefreshToken(): Promise<string | undefined>;
    clearCookies(): Promise<void>;
  }
}

const page = globalThis as unknown as Page;
const { localStorage } = page;

export const home: ClientHome = {
  isPage: true,
  origin: page.location.origin,
  WebSocket: page.WebSocket,
  nameServer: (address) => address.replace('127.0.0.1', page.location.hostname),
  createStorage() {
    localStorage.clear();
    onTestFinished(() => localStorage.clear());
    return {
      get items() {
        return new Map(Object.entries(localStorage) as [string, string][]);
      },
      getItem: (key) => localStorage.getItem(key),
      setItem: (key, value) => localStorage.setItem(key, value),
      removeItem: (key) => localStorage.removeItem(key),
    };
  },
  async openCookies(fetch) {
    await commands.clearCookies();
    onTestFinished(() => commands.clearCookies());
    return { fetch, local: home.createStorage(), readRefreshToken: () => commands.readRefreshToken() };
  },
  openWindow: () => (type, more) => void page.dispatchEvent(Object.assign(new Event(type), more)),
  openPage() {
    const element = page.document.createElement('main');
    page.document.body.append(element);
    onTestFinished(() => element.remove());
    return element;
  },
  untilUnhandled: () =>
    new Promise((resolve) => {
      const listener = (event: { readonly reason?: unknown; preventDefault(): void }) => {
        page.removeEventListener('unhandledrejection', listener);
        event.preventDefault();
        resolve(event.reason);
      };
      page.addEventListener('unhandledrejection', listener);
    }),
};
