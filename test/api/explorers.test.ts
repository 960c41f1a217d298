/** EXPLORER: the page that a browser gets at /graphql, its headers, and that other clients notice no difference. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { makeFolder, startApp, type TestApp } from '../support/app/start-app.js';

const PAGE = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

const read = ({ app }: TestApp, url: string, headers: Record<string, string> = {}) => app.server.inject({ url, headers });

/** The resources that the page loads. */
const linksIn = (page: string) => [...page.matchAll(/ (?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');

describe.each<{ path: string; folder: string; title: string; settings: Record<string, string> }>([
  { path: '/graphql', folder: '/graphiql/assets/', title: 'GraphiQL', settings: {} },
  { path: '/graphql', folder: '/graphiql/assets/', title: 'GraphiQL', settings: { EXPLORER: 'graphiql' } },
  { path: '/graphiql/sandbox', folder: '/graphiql/sandbox/assets/', title: 'Apollo Sandbox', settings: {} },
  { path: '/graphql', folder: '/graphiql/sandbox/assets/', title: 'Apollo Sandbox', settings: { EXPLORER: 'sandbox' } },
  { path: '/graphiql/sandbox', folder: '/graphiql/sandbox/assets/', title: 'Apollo Sandbox', settings: { EXPLORER: 'sandbox' } },
])('$title at $path with $settings', ({ path, folder, title, settings }) => {
  test('a browser gets a page that allows nothing from elsewhere, nothing inline and no frame around it', async () => {
    const { statusCode, headers, payload } = await read(await startApp({ settings }), path, PAGE);
    expect({ statusCode, title: /<title>(.*)<\/title>/.exec(payload)?.[1] }).toEqual({ statusCode: 200, title });
    expect(headers).toMatchObject({
      'content-type': expect.stringContaining('text/html'),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    });
    const policy = String(headers['content-security-policy']);
    for (const part of ["default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect.soft(policy.split(';')).toContain(part);
    }
    const foreign = policy.split(';').filter((directive) => /unsafe|https?:|\*/.test(directive));
    expect(foreign).toEqual(title === 'GraphiQL' ? [] : ['frame-src https://sandbox.embed.apollographql.com']);
    expect(payload).not.toMatch(/<style|style=|<script(?![^>]* src=)| on\w+=/);
  });

  test('what the page needs comes from this server, is kept for ever, and comes small to whoever can read it so', async () => {
    const app = await startApp({ settings });
    const links = linksIn((await read(app, path, PAGE)).payload).filter((link) => link !== '/graphql');
    expect(links.length).toBeGreaterThanOrEqual(3);
    for (const link of links) {
      expect.soft(link.slice(0, folder.length)).toBe(folder);
      const plain = await read(app, link);
      const small = await read(app, link, { 'accept-encoding': 'gzip, br' });
      expect.soft(plain.statusCode, link).toBe(200);
      expect.soft(plain.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding' });
      expect.soft(small.headers, link).toMatchObject({ 'content-encoding': 'br', 'content-type': plain.headers['content-type'] });
      expect.soft(small.rawPayload.length, link).toBeLessThan(plain.rawPayload.length);
    }
  });

  test('the page names no other server', async () => {
    const { payload } = await read(await startApp({ settings }), path, PAGE);
    expect(payload).not.toMatch(/\/\/\w/);
  });

  test('CONSOLE=off leaves it', async () => {
    const app = await startApp({ settings: { ...settings, CONSOLE: 'off' } });
    const { statusCode, payload } = await read(app, path, PAGE);
    expect(statusCode).toBe(200);
    for (const link of linksIn(payload)) expect.soft((await read(app, link, PAGE)).statusCode, link).toBe(200);
    expect((await read(app, '/account')).statusCode).toBe(404);
  });
});

test('EXPLORER=off: no page, and the console stays', async () => {
  const app = await startApp({ settings: { EXPLORER: 'off' } });
  const { statusCode, headers } = await read(app, '/graphql', PAGE);
  expect({ statusCode, type: headers['content-type'] }).toEqual({ statusCode: 400, type: 'application/json; charset=utf-8' });
  expect((await read(app, '/account')).statusCode).toBe(200);
  expect((await read(app, '/graphiql/sandbox')).statusCode).toBe(404);
});

test('with EXPLORER=off a plugin of an application may bring a page of its own, which says itself what may load there', async () => {
  const own = { serverWillStart: async () => ({ renderLandingPage: async () => ({ html: '<title>Own</title>' }) }) };
  const { payload, headers } = await read(await startApp({ settings: { EXPLORER: 'off' }, plugins: [own] }), '/graphql', PAGE);
  expect(payload).toBe('<title>Own</title>');
  expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
});

test('the files of GraphiQL are there with EXPLORER=graphiql only', async () => {
  const page = await read(await startApp({ settings: { EXPLORER: 'graphiql' } }), '/graphql', PAGE);
  const [link = ''] = linksIn(page.payload);
  for (const EXPLORER of ['sandbox', 'off']) {
    expect.soft((await read(await startApp({ settings: { EXPLORER } }), link)).statusCode, EXPLORER).toBe(404);
  }
});

test.each(['sandbox', 'graphiql'])('INTROSPECTION=off leaves EXPLORER=%s out: there is nothing that it could show', async (EXPLORER) => {
  const app = await startApp({ settings: { EXPLORER, INTROSPECTION: 'off' } });
  const { statusCode, headers } = await read(app, '/graphql', PAGE);
  expect({ statusCode, type: headers['content-type'] }).toEqual({ statusCode: 400, type: 'application/json; charset=utf-8' });
});

test('a program that asks, by GET or POST, gets the same whichever explorer there is', async () => {
  const answersOf = async (EXPLORER: string) => {
    const { app } = await startApp({ settings: { EXPLORER } });
    const json = { 'content-type': 'application/json' };
    const query = '{ __typename me { id } }';
    const preflighted = { 'apollo-require-preflight': '1' };
    const url = `/graphql?query=${encodeURIComponent(query)}`;
    const answers = await Promise.all([
      app.server.inject({ method: 'POST', url: '/graphql', headers: json, payload: { query } }),
      app.server.inject({ method: 'POST', url: '/graphql', headers: { ...json, ...PAGE }, payload: { query } }),
      app.server.inject({ method: 'POST', url: '/graphql', headers: json, payload: '{' }),
      app.server.inject({ url, headers: preflighted }),
      app.server.inject({ url, headers: { ...preflighted, accept: '*/*' } }),
      app.server.inject({ url, headers: { ...preflighted, accept: 'application/graphql-response+json' } }),
      app.server.inject({ url, headers: { ...preflighted, accept: 'application/json, text/html;q=0.5' } }),
      app.server.inject({ url }),
      app.server.inject({ url: '/graphql', headers: { accept: '*/*' } }),
      app.server.inject({ method: 'PUT', url: '/graphql', headers: { ...json, ...PAGE }, payload: { query } }),
    ]);
    return answers.map(({ statusCode, payload, headers: { date, 'x-request-id': id, ...headers } }) => ({ statusCode, payload, headers }));
  };
  const expected = await answersOf('sandbox');
  expect(expected.map(({ statusCode }) => statusCode)).toEqual([200, 200, 400, 200, 200, 200, 200, 400, 400, 405]);
  expect(await answersOf('graphiql')).toEqual(expected);
  expect(await answersOf('off')).toEqual(expected);
});

test('another word is told with those that are expected', () => {
  const read = () => readConfig({ DATA_DIR: makeFolder(), EXPLORER: 'playground' });
  expect(read).toThrow('EXPLORER: found "playground", expected "sandbox" or "graphiql" or "off"');
});
