/** Signing keys: no client notices a rotation, and a key is forgotten when no token it signed can still be live. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { decode } from '../support/tokens/tokens.js';

const kidOf = (token: string): string => decode(token).header.kid;

async function publishedKids({ app }: TestApp): Promise<string[]> {
  const response = await app.server.inject({ url: '/.well-known/jwks.json' });
  return response.json().keys.map(({ kid }: { kid: string }) => kid);
}

async function prunedKeys({ app }: TestApp): Promise<number> {
  const outcome = await app.administration.prune();
  if (outcome.kind === 'failed') throw new Error('the prune failed');
  return outcome.result.signingKeys;
}

test('after a rotation new tokens are signed with the new key, and old ones are accepted until they expire', async () => {
  const app = await startApp();
  const old = await app.register();
  app.clock.advance(1);
  const rotated = await app.app.administration.rotateKeys({ now: true });
  const fresh = await app.login();
  expect(rotated).toMatchObject({ kind: 'done', result: { kid: kidOf(fresh.accessToken), algorithm: 'ES256', retiredAt: null } });
  expect(kidOf(fresh.accessToken)).not.toBe(kidOf(old.accessToken));
  expect(await publishedKids(app)).toEqual([kidOf(fresh.accessToken), kidOf(old.accessToken)]);
  app.clock.advance(898);
  expect([await app.ask(old.accessToken), await app.ask(fresh.accessToken)]).toEqual(['ok', 'ok']);
  expect((await app.refresh(old.refreshToken)).codes).toEqual([]);
  app.clock.advance(6);
  expect(await app.ask(old.accessToken)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
});

test('a retired key is forgotten 180 seconds after the last token that it signed, not before [R7]', async () => {
  const app = await startApp();
  const first = await app.register();
  app.clock.advance(600);
  const { tokens: second } = await app.refresh(first.refreshToken);
  app.clock.advance(60);
  await app.app.administration.rotateKeys({ now: true });
  expect(await prunedKeys(app)).toBe(0);
  app.clock.advance(840 + 180 - 0.001);
  expect(await prunedKeys(app)).toBe(0);
  expect(await app.ask(second?.accessToken)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
  app.clock.advance(0.001);
  expect(await prunedKeys(app)).toBe(1);
  expect(await publishedKids(app)).toHaveLength(1);
  app.clock.advance(-1020);
  expect(await app.ask(second?.accessToken)).toBe('UNAUTHENTICATED TOKEN_INVALID');
});

test('the key that signs is never forgotten', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  app.clock.advance(365 * 86_400);
  expect(await prunedKeys(app)).toBe(0);
  expect(kidOf((await app.login()).accessToken)).toBe(kidOf(accessToken));
});

test('every token that is answered while keys are rotated is accepted, for as long as its key is kept [R11]', async () => {
  makeDriverYield();
  const app = await startApp();
  const answered: string[] = [(await app.register()).accessToken];
  for (let round = 0; round < 10; round += 1) {
    app.clock.advance(60);
    const [opened] = await Promise.all([
      Promise.all(Array.from({ length: 4 }, () => app.login())),
      app.app.administration.rotateKeys({ now: true }),
      app.app.administration.rotateKeys({ now: true }),
    ]);
    for (const { accessToken } of opened) expect(await app.ask(accessToken)).toBe('ok');
    answered.push(...opened.map(({ accessToken }) => accessToken));
  }
  await app.app.close();
  const keys = readRows(app.dataDir, 'SELECT kid, tokensExpireAt FROM SigningKey');
  expect(keys.filter(({ tokensExpireAt }) => tokensExpireAt === null)).toHaveLength(1);
  for (const token of answered) {
    const { header, claims } = decode(token);
    const keptFor = keys.find(({ kid }) => kid === header.kid)?.tokensExpireAt;
    if (keptFor !== null) expect(Date.parse(String(keptFor)) / 1000).toBeGreaterThanOrEqual(claims.exp);
  }
});

test('another SIGNING_ALG makes a key of its own, and old tokens are accepted until they expire', async () => {
  const app = await startApp();
  const old = await app.register();
  const changed = await app.restart({ SIGNING_ALG: 'RS256' });
  expect(await changed.ask(old.accessToken)).toBe('ok');
  const { tokens } = await changed.refresh(old.refreshToken);
  expect(decode(tokens?.accessToken ?? '').header.alg).toBe('RS256');
  expect(await changed.ask(tokens?.accessToken)).toBe('ok');
  expect(await publishedKids(changed)).toHaveLength(2);
});

test('private keys are stored encrypted, and the secret that opens them is not in the database', async () => {
  const app = await startApp();
  await app.app.close();
  const [row] = readRows(app.dataDir, 'SELECT publicJwk, sealedPrivateKey FROM SigningKey');
  expect(JSON.parse(String(row?.publicJwk))).not.toHaveProperty('d');
  expect(Buffer.from(String(row?.sealedPrivateKey), 'base64url').toString('latin1')).not.toContain('"d"');
});
