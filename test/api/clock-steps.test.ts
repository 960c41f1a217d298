/** While the clock is wrong for a time, revoked tokens stay revoked, and no live session suffers for long. */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const EXPIRED = 'UNAUTHENTICATED TOKEN_EXPIRED';
const REFUSED = { tokens: null, codes: ['INVALID_REFRESH_TOKEN'] };
const DAY = 86_400;

test.each([1100, DAY])('a logout under a clock that is %i s ahead holds when the clock is set right [R7]', async (ahead) => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(ahead);
  expect(await logOut(app, { token: accessToken })).toBe(1);
  app.clock.advance(-ahead);
  expect(await app.ask(accessToken)).toBe(REVOKED);
  expect(await (await app.restart()).ask(accessToken)).toBe(REVOKED);
});

test('a session that a clock far ahead has ended has no token that outlives a logout [R7]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(20 * DAY);
  await app.app.administration.prune();
  app.clock.advance(-20 * DAY);
  expect(await app.ask(accessToken)).toBe(EXPIRED);
  expect(await logOut(app, { token: accessToken })).toBe(0);
  expect(await (await app.restart()).ask(accessToken)).toBe(EXPIRED);
});

test('access tokens that are revoked under a clock that is ahead stay dead when it is set right [R7]', async () => {
  const app = await startApp();
  const { accessToken, sid } = await app.register();
  app.clock.advance(1100);
  await app.app.administration.revokeSession({ session: sid, accessTokensOnly: true });
  app.clock.advance(-1100);
  expect(await app.ask(accessToken)).toBe(REVOKED);
});

test.each(['a prune', 'a refresh'])(
  'no access token escapes its revocation because %s under a clock ahead has forgotten it [R7]',
  async (what) => {
    const app = await startApp();
    const first = await app.register();
    app.clock.advance(3600);
    if (what === 'a prune') await app.app.administration.prune();
    const { tokens } = await app.refresh(first.refreshToken);
    app.clock.advance(-3600);
    await app.app.administration.revokeSession({ session: first.sid, accessTokensOnly: true });
    expect(await app.ask(first.accessToken)).toBe(what === 'a prune' ? EXPIRED : REVOKED);
    app.clock.advance(3600);
    expect(await app.ask(tokens?.accessToken)).toBe(REVOKED);
  },
);

test('a prune under a clock that is days ahead does not shut out the tokens of the days to come [R14]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const other = await app.login();
  await logOut(app, { token: accessToken });
  app.clock.advance(10 * DAY);
  await app.app.administration.prune();
  app.clock.advance(1 - 10 * DAY);
  expect(await app.ask(accessToken)).toBe(EXPIRED);
  const { tokens } = await app.refresh(other.refreshToken);
  for (const { accessToken: live } of [tokens ?? other, await app.login()]) expect(await app.ask(live)).toBe('ok');
});

test('a clock that is set back does not give a used refresh token a longer grace [R10]', async () => {
  const app = await startApp();
  const { refreshToken } = await app.register();
  const { tokens } = await app.refresh(refreshToken);
  app.clock.advance(-3600);
  expect(await app.refresh(refreshToken)).toEqual(REFUSED);
  expect(await app.refresh(tokens?.refreshToken ?? '')).toEqual(REFUSED);
});
