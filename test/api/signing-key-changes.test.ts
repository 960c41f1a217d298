/** Rotation publishes a key before signing with it; revoking a key revokes its tokens. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { readRows } from '../support/database/stored-rows.js';
import { decode } from '../support/tokens/tokens.js';

const kidOf = (token: string): string => decode(token).header.kid;

async function publishedKids({ app }: TestApp): Promise<string[]> {
  const response = await app.server.inject({ url: '/.well-known/jwks.json' });
  return response.json().keys.map(({ kid }: { kid: string }) => kid);
}

async function rotate({ app }: TestApp): Promise<string> {
  const outcome = await app.administration.rotateKeys();
  if (outcome.kind === 'failed') throw new Error('the rotation failed');
  return outcome.result.kid;
}

test('a new key is published five minutes before it signs [R19]', async () => {
  const app = await startApp();
  const old = await app.register();
  const next = await rotate(app);
  expect(await publishedKids(app)).toEqual([next, kidOf(old.accessToken)]);
  expect(await rotate(app)).toBe(next);
  app.clock.advance(299);
  expect(kidOf((await app.login()).accessToken)).toBe(kidOf(old.accessToken));
  app.clock.advance(1);
  expect(kidOf((await app.login()).accessToken)).toBe(next);
  expect(await app.ask(old.accessToken)).toBe('ok');
});

test('a key that waits can be put to use at once', async () => {
  const app = await startApp();
  const next = await rotate(app);
  app.clock.advance(1);
  await app.app.administration.rotateKeys({ now: true });
  expect(kidOf((await app.register()).accessToken)).toBe(next);
});

test('a key that has leaked is revoked: its tokens are dead at once and after a restart, the sessions go on [R19]', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  const kid = kidOf(accessToken);
  expect(await app.app.administration.revokeKey({ kid })).toMatchObject({ kind: 'done', result: { kid } });
  expect(await app.ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_INVALID');
  expect(await publishedKids(app)).not.toContain(kid);
  const { tokens } = await app.refresh(refreshToken);
  expect(await app.ask(tokens?.accessToken)).toBe('ok');
  const again = await app.restart();
  expect([await again.ask(accessToken), await again.ask(tokens?.accessToken)]).toEqual(['UNAUTHENTICATED TOKEN_INVALID', 'ok']);
  expect(await again.app.administration.revokeKey({ kid })).toMatchObject({ kind: 'failed' });
  await again.app.close();
  expect(readRows(app.dataDir, 'SELECT id, kind FROM BlacklistedToken')).toContainEqual({ id: kid, kind: 'kid' });
});

test('a clock that was set back does not silence the server', async () => {
  const app = await startApp();
  await app.register();
  app.clock.set(app.clock.now() - 86_400_000);
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
});

test('a key is told as revoked although the database goes away right after its commit, and signs nothing any more [R4] [R19]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const { accessToken } = await app.register();
  commits.fault = 'last';
  expect(await app.app.administration.revokeKey({ kid: kidOf(accessToken) })).toMatchObject({ kind: 'done' });
  commits.isCutOff = false;
  expect(await app.ask(accessToken)).toMatch(/^UNAUTHENTICATED/);
  const next = await app.login();
  expect(kidOf(next.accessToken)).not.toBe(kidOf(accessToken));
  expect(await app.ask(next.accessToken)).toBe('ok');
});
