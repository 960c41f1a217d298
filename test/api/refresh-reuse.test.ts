/** Reuse of a refresh token: whoever presents an old one may be a thief, so the session ends for both. */
import { expect, test } from 'vitest';
import type { Client, Tokens } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';

const REFUSED = { tokens: null, codes: ['INVALID_REFRESH_TOKEN'] };
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

async function next(client: Client, { refreshToken }: Tokens): Promise<Tokens> {
  const { tokens } = await client.refresh(refreshToken);
  if (tokens === null) throw new Error('the refresh was refused');
  return tokens;
}

/** No token of the session works any more. */
async function expectDead(client: Client, ...pairs: Tokens[]): Promise<void> {
  for (const { accessToken, refreshToken } of pairs) {
    expect(await client.ask(accessToken)).toBe(REVOKED);
    expect(await client.refresh(refreshToken)).toEqual(REFUSED);
  }
}

test('a predecessor shown after the grace ends the session and its access tokens at once [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  const other = await app.login();
  const second = await next(app, first);
  app.clock.advance(10.001);
  expect(await app.refresh(first.refreshToken)).toEqual(REFUSED);
  await expectDead(app, first, second);
  expect(await app.ask(other.accessToken)).toBe('ok');
  await next(app, other);
});

test('a token from two rotations back ends the session, also within 10 seconds [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await next(app, first);
  const third = await next(app, second);
  expect(await next(app, second)).toEqual(third);
  expect(await app.refresh(first.refreshToken)).toEqual(REFUSED);
  await expectDead(app, first, second, third);
});

test('reuse from long ago ends a session that has been refreshed many times since [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  let latest = first;
  for (let round = 0; round < 5; round += 1) {
    app.clock.advance(600);
    latest = await next(app, latest);
  }
  expect(await app.refresh(first.refreshToken)).toEqual(REFUSED);
  await expectDead(app, latest);
});

test('20 reuses at once end the session once', async () => {
  makeDriverYield();
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '100' } });
  const first = await app.register();
  const second = await next(app, first);
  app.clock.advance(11);
  const answers = await Promise.all(Array.from({ length: 20 }, () => app.refresh(first.refreshToken)));
  expect(answers.every(({ tokens }) => tokens === null)).toBe(true);
  await expectDead(app, first, second);
  const stats = await app.app.administration.blacklistStats();
  expect(stats).toMatchObject({ result: { rows: 1, version: 1 } });
});

test('a refresh by the right holder that races a reuse leaves nothing alive [R10]', async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  for (let round = 0; round < 20; round += 1) {
    const first = await app.login();
    const second = await next(app, first);
    app.clock.advance(11);
    const [fresh] = await Promise.all([app.refresh(second.refreshToken), app.refresh(first.refreshToken)]);
    await expectDead(app, second, ...(fresh.tokens === null ? [] : [fresh.tokens]));
  }
});

test('a guess that names no family ends nothing [R14]', async () => {
  const app = await startApp();
  const first = await app.register();
  const [prefix, family, secret] = [first.refreshToken.slice(0, 4), first.refreshToken.slice(4, 26), first.refreshToken.slice(26)];
  const otherFamily = `${family[0] === 'A' ? 'B' : 'A'}${family.slice(1)}`;
  expect(await app.refresh(`${prefix}${otherFamily}${secret}`)).toEqual(REFUSED);
  expect(await app.ask(first.accessToken)).toBe('ok');
  await next(app, first);
});

test('the right family with a secret that was never issued counts as reuse [R10]', async () => {
  const app = await startApp();
  const first = await app.register();
  const forged = `${first.refreshToken.slice(0, -2)}${first.refreshToken.endsWith('AA') ? 'BB' : 'AA'}`;
  expect(await app.refresh(forged)).toEqual(REFUSED);
  await expectDead(app, first);
});

test('reuse in a session that has ended is refused like any other dead token', async () => {
  const app = await startApp();
  const first = await app.register();
  const second = await next(app, first);
  app.clock.advance(11);
  await app.refresh(first.refreshToken);
  expect(await app.refresh(first.refreshToken)).toEqual(REFUSED);
  expect(await app.refresh(second.refreshToken)).toEqual(REFUSED);
});
