/** What the OAuth endpoints refuse: requests without exactly one right credential, forms that are wrong, and all while they can't know. */
import { renameSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';
import { basic, bearer, createService, introspect, postForm, refusalOf } from '../support/services/services.js';

const INTROSPECT = '/oauth/introspect';
const REVOKE = '/oauth/revoke';
const BASIC = 'Basic realm="latchkey"';
const WRONG = '401 invalid_client (Bearer error="invalid_token")';
const NOBODY = `lkv_${'A'.repeat(43)}`;

async function start(settings: Record<string, string> = {}) {
  const app = await startApp({ settings });
  const service = await createService(app);
  const session = await app.register();
  return { app, service, token: session.accessToken, ...session };
}

describe('who asks', () => {
  test('shows one right credential, as Bearer or as Basic, and nothing else', async () => {
    const { app, service, token } = await start();
    const { id, credential } = service;
    const ask = async (headers: Record<string, string | string[]>) => {
      const answer = await postForm(app, INTROSPECT, { token }, headers);
      return answer.status === 200 ? 'ok' : refusalOf(answer);
    };
    for (const headers of [bearer(credential), { authorization: `bearer  ${credential}` }, basic(id, credential)])
      expect(await ask(headers)).toBe('ok');
    expect(await ask({})).toBe(`401 invalid_client (${BASIC}, Bearer)`);
    const other = await createService(app, 'other');
    for (const text of [NOBODY, credential.slice(0, -1), `${credential}A`, credential.toUpperCase(), token, '', service.id])
      expect(await ask(bearer(text))).toBe(WRONG);
    for (const [name, secret] of [
      [id, NOBODY],
      [other.id, credential],
      ['', credential],
      [id, ''],
      [id, token],
      [credential, id],
      ['%', credential],
    ] as const)
      expect(await ask(basic(name, secret))).toBe(`401 invalid_client (${BASIC})`);
    for (const authorization of [
      'Basic',
      'Basic %%%',
      'Basic !',
      `Token ${credential}`,
      credential,
      'Bearer',
      `Bearer ${credential}, ${basic(id, credential).authorization}`,
    ])
      expect(await ask({ authorization }), authorization).toMatch(/^401 invalid_client/);
  });

  test('sends one Authorization header: of two, a proxy may have checked the other one', async () => {
    const { app, service, token } = await start();
    const origin = await app.app.listen();
    const { id, credential } = service;
    const post = (url: string, values: string[]) => sendRaw(`${origin}${url}`, values, `token=${token}`);
    expect(await post(INTROSPECT, [bearer(credential).authorization])).toBe(200);
    for (const values of [
      [bearer(credential).authorization, bearer(credential).authorization],
      [bearer(credential).authorization, basic(id, credential).authorization],
      [bearer(NOBODY).authorization, bearer(credential).authorization],
    ])
      for (const url of [INTROSPECT, REVOKE]) expect(await post(url, values)).toBe(401);
    expect(await app.ask(token)).toBe('ok');
  });

  test('is refused from the moment in which the credential is revoked', async () => {
    const { app, service, token } = await start();
    expect((await introspect(app, service.credential, token)).status).toBe(200);
    await app.app.administration.revokeServiceCredential({ id: service.id });
    expect(refusalOf(await introspect(app, service.credential, token))).toBe(WRONG);
    expect(refusalOf(await postForm(app, REVOKE, { token }, bearer(service.credential)))).toBe(WRONG);
    expect(await app.ask(token)).toBe('ok');
  });

  test('may be wrong a limited number of times from one address; a right credential is never refused or counted', async () => {
    const { app, service, token } = await start({ ADDRESS_ATTEMPTS: '3' });
    for (let turn = 0; turn < 10; turn += 1) expect((await introspect(app, service.credential, token)).status).toBe(200);
    for (let turn = 0; turn < 3; turn += 1) expect(refusalOf(await introspect(app, NOBODY, token))).toBe(WRONG);
    expect(refusalOf(await introspect(app, NOBODY, token))).toBe('429 temporarily_unavailable after 900');
    expect(refusalOf(await postForm(app, REVOKE, { token: 'unknown' }))).toBe('429 temporarily_unavailable after 900');
    expect((await introspect(app, service.credential, token)).status).toBe(200);
    // Users at the same address have budgets of their own.
    expect(await app.ask((await app.login()).accessToken)).toBe('ok');
    app.clock.advance(900);
    expect(refusalOf(await introspect(app, NOBODY, token))).toBe(WRONG);
  });

  test('needs no credential to revoke its own token, but a wrong one is refused', async () => {
    const { app, service, token, refreshToken } = await start();
    for (const headers of [bearer(NOBODY), bearer(token), basic(service.id, NOBODY)])
      expect((await postForm(app, REVOKE, { token }, headers)).status).toBe(401);
    expect(await app.ask(token)).toBe('ok');
    expect(await postForm(app, REVOKE, { token: refreshToken, client_id: 'latchkey' })).toMatchObject({ status: 200, text: '' });
    expect(await app.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  });
});

describe('the form', () => {
  const INVALID = '400 invalid_request';

  test('has one token and each parameter once; the query has none', async () => {
    const { app, service, token } = await start();
    for (const url of [INTROSPECT, REVOKE]) {
      const ask = async (form: string, query = '') => refusalOf(await postForm(app, `${url}${query}`, form, bearer(service.credential)));
      for (const form of ['', 'token=', 'token', 'tokens=a', `token=${token}&token=${token}`, `token=${token}&x=1&x=2`])
        expect(await ask(form), form).toBe(INVALID);
      expect(await ask(`token=${token}&client_secret=${service.credential}`)).toBe(INVALID);
      for (const query of [
        `?token=${token}`,
        `?access_token=${service.credential}`,
        `?a=${service.credential}`,
        `?b=1&b=${service.credential}`,
      ])
        expect(await ask(`token=${token}`, query), query).toBe(INVALID);
    }
    expect(await app.ask(token)).toBe('ok');
  });

  test('is a form, and bounded', async () => {
    const { app, service, token } = await start();
    for (const url of [INTROSPECT, REVOKE]) {
      const post = async (text: string, type: string) =>
        refusalOf(await postForm(app, url, text, { ...bearer(service.credential), 'content-type': type }));
      expect(await post(JSON.stringify({ token }), 'application/json')).toBe('415 invalid_request');
      expect(await post(`token=${token}`, 'text/plain')).toBe('415 invalid_request');
      expect(await post(`token=${'x'.repeat(40_000)}`, 'application/x-www-form-urlencoded')).toBe('413 invalid_request');
    }
    const graphql = await postForm(app, '/graphql', 'query={me{id}}');
    expect(graphql.status).toBe(415);
  });

  test('can ask to revoke only tokens of users', async () => {
    const { app, service } = await start();
    expect(refusalOf(await postForm(app, REVOKE, { token: service.credential }))).toBe('400 unsupported_token_type');
  });
});

describe.skipIf(onPostgresql)('with the database gone', () => {
  test('nothing is called inactive, revoked or unknown: 503, and it comes back by itself', async () => {
    const { app, service, token } = await start({ REVOCATION_CHECK: 'database' });
    const ended = await app.login();
    // The driver gives up its connection with every transaction, so the next statement must open the file again.
    await app.send('mutation { logout { endedSessions } }', { token: ended.accessToken });
    const away = `${app.dataDir}-away`;
    renameSync(app.dataDir, away);
    const unavailable = '503 temporarily_unavailable after 1';
    expect(refusalOf(await introspect(app, service.credential, token))).toBe(unavailable);
    expect(refusalOf(await postForm(app, INTROSPECT, { token }, bearer(NOBODY)))).toBe(unavailable);
    for (const text of [token, ended.accessToken, ended.refreshToken])
      expect(refusalOf(await postForm(app, REVOKE, { token: text }))).toBe(unavailable);
    for (const url of ['/check', '/hasura']) {
      const response = await app.app.server.inject({ url, headers: bearer(token) });
      expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '1']);
    }
    renameSync(away, app.dataDir);
    expect((await introspect(app, service.credential, token)).text).toContain('"active":true');
    expect((await postForm(app, REVOKE, { token })).status).toBe(200);
    expect((await introspect(app, service.credential, token)).text).toBe('{"active":false}');
  });
});

async function sendRaw(url: string, authorization: readonly string[], body: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false }, (answer) => resolve(answer.resume().statusCode ?? 0));
    sent.on('error', reject);
    sent.setHeader('content-type', 'application/x-www-form-urlencoded');
    sent.setHeader('authorization', authorization);
    sent.end(body);
  });
}
