/** `refreshToken`: rotation, the grace for a second tab, and the end of a session that is not refreshed. */
import { expect, test } from 'vitest';
import type { Client, Tokens } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { logOut, mutate, userErrorsOf } from '../support/mutations/mutations.js';

const REFUSED = { tokens: null, codes: ['INVALID_REFRESH_TOKEN'] };
const DAY = 86_400;

/** Refreshes and expects success. */
async function next(client: Client, { refreshToken }: Tokens): Promise<Tokens> {
  const { tokens, codes } = await client.refresh(refreshToken);
  if (tokens === null) throw new Error(`the refresh was refused: ${codes}`);
  return tokens;
}

test('a refresh answers the next pair of the same session, and both access tokens are accepted [R14]', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(60);
  const selection =
    'accessToken expiresAt refreshToken refreshExpiresAt session { id current createdAt lastUsedAt idleExpiresAt expiresAt } userErrors { code }';
  const { data } = await mutate(app, 'refreshToken', { refreshToken: first.refreshToken }, selection);
  const { accessToken, refreshToken, ...rest } = data.refreshToken;
  expect(rest).toEqual({
    expiresAt: '2030-01-01T12:16:00.000Z',
    refreshExpiresAt: '2030-01-15T12:01:00.000Z',
    session: {
      id: first.sid,
      current: true,
      createdAt: '2030-01-01T12:00:00.000Z',
      lastUsedAt: '2030-01-01T12:01:00.000Z',
      idleExpiresAt: '2030-01-15T12:01:00.000Z',
      expiresAt: '2030-01-31T12:00:00.000Z',
    },
    userErrors: [],
  });
  expect(refreshToken).not.toBe(first.refreshToken);
  expect([await app.ask(accessToken), await app.ask(first.accessToken)]).toEqual(['ok', 'ok']);
});

test('the part of a refresh token that names its family stays, the rest changes', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await next(app, first);
  expect(second.refreshToken.slice(0, 26)).toBe(first.refreshToken.slice(0, 26));
  expect(second.refreshToken.slice(26)).not.toBe(first.refreshToken.slice(26));
});

test('50 refreshes at once with one token make one new branch [R9]', async () => {
  makeDriverYield();
  const app = await startApp();
  const first = await app.register();
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.refresh(first.refreshToken)));
  const pairs = answers.map(({ tokens }) => JSON.stringify(tokens));
  expect(new Set(pairs).size).toBe(1);
  const tokens = answers[0]?.tokens;
  expect(await app.ask(tokens?.accessToken)).toBe('ok');
  await next(app, tokens as Tokens);
  await app.app.close();
  expect(readRows(app.dataDir, `SELECT kind FROM AuditEvent WHERE kind = 'session.refreshed'`)).toHaveLength(2);
  expect(readRows(app.dataDir, 'SELECT jti FROM AccessToken')).toHaveLength(3);
});

test('for 10 seconds the immediate predecessor gets the same pair again [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await next(app, first);
  expect(await next(app, first)).toEqual(second);
  app.clock.advance(10);
  expect(await next(app, first)).toEqual(second);
  expect(await app.ask(second.accessToken)).toBe('ok');
  const third = await next(app, second);
  expect(third.refreshToken).not.toBe(second.refreshToken);
});

test('the grace of a predecessor is over when its session is', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await next(app, first);
  await logOut(app, { token: second.accessToken });
  expect(await app.refresh(first.refreshToken)).toEqual(REFUSED);
  expect(await app.refresh(second.refreshToken)).toEqual(REFUSED);
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['empty', ''],
  ['a word', 'token'],
  ['too short', `lkr_${'A'.repeat(64)}`],
  ['too long', `lkr_${'A'.repeat(66)}`],
  ['another prefix', `lkx_${'A'.repeat(65)}`],
  ['unknown', `lkr_${'A'.repeat(65)}`],
  ['a NUL', 'lkr_\0'],
  ['large', 'A'.repeat(50_000)],
])('a refresh token that is %s is refused', async (_, refreshToken) => {
  const app = await startApp();
  const answer = await mutate(app, 'refreshToken', { refreshToken }, 'accessToken refreshToken session { id } userErrors { code field }');
  expect(answer.data.refreshToken).toEqual({
    accessToken: null,
    refreshToken: null,
    session: null,
    userErrors: [{ code: 'INVALID_REFRESH_TOKEN', field: ['input', 'refreshToken'] }],
  });
});

test('a refresh without any input is refused as data', async () => {
  const { send } = await startApp();
  for (const args of ['', '(input: {})']) {
    expect(userErrorsOf(await send(`mutation { refreshToken${args} { userErrors { code } } }`), 'refreshToken')).toBe(
      'INVALID_REFRESH_TOKEN',
    );
  }
});

test('an access token is not a refresh token', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect(await app.refresh(accessToken)).toEqual(REFUSED);
});

test('a refresh does not need an access token, and a dead one in the header does not hinder it', async () => {
  const app = await startApp();
  const first = await app.register();
  const query = 'mutation($t: String) { refreshToken(input: { refreshToken: $t }) { accessToken userErrors { code } } }';
  const answer = await app.send(query, { variables: { t: first.refreshToken }, token: 'garbage' });
  expect(userErrorsOf(answer, 'refreshToken')).toBe('ok');
});

test('a session that nobody refreshes ends after 14 days', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(14 * DAY - 0.001);
  const second = await next(app, first);
  app.clock.advance(14 * DAY);
  expect(await app.refresh(second.refreshToken)).toEqual(REFUSED);
});

test('a session ends after 30 days in any case', async () => {
  const app = await startApp();
  let tokens = await app.register();
  for (let day = 10; day < 30; day += 10) {
    app.clock.advance(10 * DAY);
    tokens = await next(app, tokens);
  }
  app.clock.advance(10 * DAY - 1);
  tokens = await next(app, tokens);
  expect(await app.ask(tokens.accessToken)).toBe('ok');
  app.clock.advance(1);
  expect(await app.refresh(tokens.refreshToken)).toEqual(REFUSED);
  app.clock.advance(5);
  expect(await app.ask(tokens.accessToken)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});
