/** Other services on several nodes: a revoked token or credential is refused on each, and what cannot be known is an error. */
import { expect, test } from 'vitest';
import type { TestApp } from '../support/app/start-app.js';
import { startTwoNodes } from '../support/postgresql/nodes.js';
import { setUnreachable } from '../support/postgresql/outages.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { bearer, createService, introspect, postForm } from '../support/services/services.js';

const INACTIVE = '{"active":false}';

const check = async ({ app }: TestApp, token: string) => (await app.server.inject({ url: '/check', headers: bearer(token) })).statusCode;

test('a token that was revoked at one node is inactive at the other when the answer comes, and a revoked credential is refused', async () => {
  const { one, two } = await startTwoNodes();
  const { id, credential } = await createService(one);
  await one.register();
  for (const kind of ['accessToken', 'refreshToken'] as const) {
    for (const [here, there] of [
      [one, two],
      [two, one],
    ] as const) {
      const session = await here.login();
      expect((await introspect(there, credential, session.accessToken)).text).toContain('"active":true');
      expect(await check(there, session.accessToken)).toBe(204);
      expect((await postForm(here, '/oauth/revoke', { token: session[kind] })).status).toBe(200);
      expect((await introspect(there, credential, session.accessToken)).text).toBe(INACTIVE);
      expect(await check(there, session.accessToken)).toBe(401);
    }
  }
  await two.app.administration.revokeServiceCredential({ id });
  for (const node of [one, two]) expect((await introspect(node, credential, 'x')).status).toBe(401);
});

test.each(['lease', 'database'])('in mode %s, while the database is away, nothing is called inactive or revoked', async (mode) => {
  const { one, url } = await startTwoNodes({ settings: { REVOCATION_CHECK: mode } });
  const { credential } = await createService(one);
  const { accessToken, refreshToken } = await one.register();
  expect((await introspect(one, credential, accessToken)).status).toBe(200);
  await setUnreachable(url, true);
  // Within a lease the node knows. After it, it must not guess.
  let last = await check(one, accessToken);
  while (last === 204) last = await check(one, accessToken);
  expect(last).toBe(503);
  for (const answer of [
    await introspect(one, credential, accessToken),
    await introspect(one, 'lkv_x', accessToken),
    ...(await Promise.all([accessToken, refreshToken].map((token) => postForm(one, '/oauth/revoke', { token })))),
  ]) {
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  }
  await setUnreachable(url, false);
  let answer = await introspect(one, credential, accessToken);
  while (answer.status === 503) answer = await introspect(one, credential, accessToken);
  expect(answer.text).toContain('"active":true');
});

test('a credential that is right does not make a token inactive of which nothing is known', async () => {
  const { one, url } = await startTwoNodes({ settings: { REVOCATION_CHECK: 'database' } });
  const { credential } = await createService(one);
  const { accessToken } = await one.register();
  const rename = (from: string, to: string) => withDatabase(url, (client) => client.query(`ALTER TABLE "${from}" RENAME TO "${to}"`));
  await rename('BlacklistedToken', 'Away');
  const answer = await introspect(one, credential, accessToken);
  expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
  expect(await check(one, accessToken)).toBe(503);
  await rename('Away', 'BlacklistedToken');
  expect((await introspect(one, credential, accessToken)).text).toContain('"active":true');
});
