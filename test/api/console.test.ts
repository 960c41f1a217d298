/** The pages under /account: the headers that a browser gets with them, and the paths that do not exist. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';

const read = ({ app }: TestApp, url: string, headers = {}) => app.server.inject({ url, headers });

test('the page allows nothing from elsewhere, nothing inline and no frame around it, and is not kept', async () => {
  const app = await startApp();
  for (const path of ['/account', '/account/', '/account/sessions', '/account/users/abc']) {
    const { statusCode, headers, payload } = await read(app, path);
    expect.soft({ statusCode, type: headers['content-type'] }, path).toEqual({ statusCode: 200, type: 'text/html; charset=utf-8' });
    expect.soft(headers['cache-control']).toBe('no-store');
    const policy = String(headers['content-security-policy']).split(';');
    expect
      .soft(policy)
      .toEqual(
        expect.arrayContaining([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "frame-ancestors 'none'",
          "base-uri 'none'",
        ]),
      );
    expect.soft(policy.join()).not.toContain('unsafe');
    expect.soft(payload).not.toMatch(/<style|style=|<script(?![^>]* src=)| on\w+=/);
  }
});

test('what the page needs has a name that changes with it, is kept for ever, and comes small to whoever can read it so', async () => {
  const app = await startApp();
  const { payload: page } = await read(app, '/account');
  const script = /src="([^"]+\.js)"/.exec(page)?.[1] ?? '';
  const plain = await read(app, script);
  const small = await read(app, script, { 'accept-encoding': 'gzip, br' });
  expect(plain.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
  expect(plain.headers['content-encoding']).toBe(undefined);
  expect(small.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': 'text/javascript; charset=utf-8' });
  expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
});

test('the page says what is offered to people without a session, so that it asks nothing', async () => {
  const page = async (settings: Record<string, string>) => (await read(await startApp({ settings }), '/account')).payload;
  expect(await page({})).toContain('<div id="console" data-registration="open" data-mail="files">');
  const mailing = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'login@example.com', APP_URL: 'http://localhost/account' };
  expect(await page({ ...mailing, REGISTRATION: 'closed' })).toContain('<div id="console" data-registration="closed" data-mail="sent">');
});

test('nothing beside the pages can be read by a path that leads elsewhere', async () => {
  const app = await startApp();
  for (const path of ['assets/../../app.js', 'assets/%2e%2e%2f%2e%2e%2fapp.js', 'assets/..%5c..%5capp.js', 'a/b/c', 'assets/index.js.br']) {
    const { payload, statusCode } = await read(app, `/account/${path}`);
    expect.soft(statusCode === 404 || payload.startsWith('<!doctype html>'), path).toBe(true);
  }
});

test('with CONSOLE=off there is no console', async () => {
  const app = await startApp({ settings: { CONSOLE: 'off' } });
  for (const path of ['/account', '/account/sessions']) expect.soft((await read(app, path)).statusCode, path).toBe(404);
});
