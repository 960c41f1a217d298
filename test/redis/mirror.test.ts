/** The mirror in Redis without faults: a revocation is there before the answer, and every program that reads Redis can check it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { logOut } from '../support/mutations/mutations.js';
import { check, logOutTold, readFigure } from '../support/postgresql/lease-nodes.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { REVOKED, readCosts, startMirrored, startMirroredNodes } from '../support/redis/mirrored.js';
import { borrowMirror, withRedis } from '../support/redis/redis.js';
import { redisCli } from '../support/redis/redis-server.js';
import { decode } from '../support/tokens/tokens.js';

test('the check of an authorized request asks Redis, and the database nothing [R27]', async () => {
  const app = await startMirrored(borrowMirror());
  const { accessToken } = await app.register();
  const before = await readCosts(app);
  for (let count = 0; count < 25; count += 1) expect(await check(app, accessToken)).toBe('ok');
  expect(await readCosts(app)).toEqual(before);
  expect(await logOut(app, { token: accessToken })).toBe(1);
  const { operations } = await readCosts(app);
  expect(await check(app, accessToken)).toBe(REVOKED);
  expect(await readCosts(app)).toEqual({ operations, fallbacks: before.fallbacks });
});

test('a logout that one node has answered is in force on another that asks Redis, and says how [R27]', async () => {
  const mirror = borrowMirror();
  const { nodes } = await startMirroredNodes(mirror, mirror);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  const before = await readCosts(two);
  expect(await logOutTold(one, accessToken)).toMatchObject({ endedSessions: 1, confirmation: { by: 'REDIS' } });
  expect(await check(two, accessToken)).toBe(REVOKED);
  expect(await readCosts(two)).toEqual(before);
});

test('nodes that check with leases, the database and Redis refuse a token together [R22] [R27]', async () => {
  const mirror = borrowMirror();
  const modes = ['lease', 'database', 'redis'].map((mode) => ({ ...mirror, REVOCATION_CHECK: mode, LEASE: '60s' }));
  const { nodes } = await startMirroredNodes(...modes);
  for (const node of nodes) {
    const { accessToken } = await node.register(`${nodes.indexOf(node)}@example.com`);
    for (const other of nodes) expect(await check(other, accessToken)).toBe('ok');
    expect(await logOut(node, { token: accessToken })).toBe(1);
    for (const other of nodes) expect(await check(other, accessToken)).toBe(REVOKED);
  }
});

test('a generation that ends is in Redis too, and a login that came after it is accepted at once [R17] [R27]', async () => {
  const mirror = borrowMirror();
  const { nodes } = await startMirroredNodes(mirror, mirror);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const { accessToken } = await one.register();
  await one.app.administration.revokeAllSessions({});
  expect(await check(two, accessToken)).toBe(REVOKED);
  expect(await check(two, (await one.login()).accessToken)).toBe('ok');
});

test('any program can check: the line that docs/recipes.md has for redis-cli accepts a live token and refuses a revoked one [R26]', async () => {
  const mirror = borrowMirror();
  const app = await startMirrored(mirror);
  const prefix = mirror.REDIS_PREFIX ?? '';
  const [, section = ''] = readFileSync('docs/recipes.md', 'utf8').split('\n## Check a token in Redis\n');
  const [, line = ''] = /```sh\n(.*?)```/s.exec(section) ?? [];
  const { accessToken } = await app.register();
  const { header, claims } = decode(accessToken);
  const isLive = (changed: object = {}) => {
    const env = { PATH: process.env.PATH, REDIS_URL: mirror.REDIS_URL, kid: header.kid, ...claims, ...changed };
    return spawnSync('sh', ['-c', line.replaceAll('latchkey:', prefix)], { env, stdio: 'ignore' }).status === 0;
  };
  expect(isLive()).toBe(true);
  expect(isLive({ gen: claims.gen + 1 })).toBe(false);
  expect(isLive({ exp: 0 })).toBe(false);
  await app.refresh((await app.login()).refreshToken);
  expect(isLive()).toBe(true);
  await logOut(app, { token: accessToken });
  expect(isLive()).toBe(false);
  const livesUntil = Number(await redisCli(['-u', mirror.REDIS_URL ?? '', 'PEXPIRETIME', `${prefix}revoked:${claims.sid}`]));
  expect(livesUntil).toBeGreaterThan(claims.exp * 1000);
  await withRedis(mirror.REDIS_URL ?? '', (client) => client.unlink(`${prefix}mirror`));
  expect(isLive({ sid: 'x', jti: 'y' })).toBe(false);
});

test('what a node has committed and died over is brought to Redis by the next one [R26]', async () => {
  const mirror = borrowMirror();
  const { nodes, url } = await startMirroredNodes(mirror, mirror);
  const [one, two] = nodes as [(typeof nodes)[0], (typeof nodes)[0]];
  const [first, second] = [await one.register(), await one.login()];
  await withDatabase(url, async (client) => {
    const { rows } = await client.query('UPDATE "RevocationState" SET "version" = "version" + 1 RETURNING "version"');
    await client.query(
      `INSERT INTO "BlacklistedToken" ("id", "kind", "reason", "version", "revokedAt", "revokedUntil")
       VALUES ($1, 'sid', 'LOGOUT', $2, now(), '2031-01-01')`,
      [first.sid, rows[0].version],
    );
  });
  expect(await logOut(two, { token: second.accessToken })).toBe(1);
  expect(await check(one, first.accessToken)).toBe(REVOKED);
});

test('a node that starts finds the mirror whole, and writes it anew only if it is not [R26]', async () => {
  const mirror = borrowMirror();
  const app = await startMirrored(mirror);
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  expect(await readFigure(app, 'latchkey_mirror_fillings_total')).toBe(1);
  const second = await app.restart();
  expect(await readFigure(second, 'latchkey_mirror_fillings_total')).toBe(0);
  expect(await check(second, accessToken)).toBe(REVOKED);
  await withRedis(mirror.REDIS_URL ?? '', (client) => client.unlink(`${mirror.REDIS_PREFIX}mirror`));
  const third = await second.restart();
  expect(await readFigure(third, 'latchkey_mirror_fillings_total')).toBe(1);
  expect(await check(third, accessToken)).toBe(REVOKED);
});

test('two nodes that find the mirror lost at the same time agree on one filling [R26]', async () => {
  const mirror = borrowMirror();
  const { nodes } = await startMirroredNodes(mirror, mirror, mirror);
  const [one] = nodes as [(typeof nodes)[0]];
  const tokens = [];
  for (let round = 0; round < 5; round += 1) {
    const { accessToken } = await one.register(`user-${round}@example.com`);
    await withRedis(mirror.REDIS_URL ?? '', (client) => client.unlink(`${mirror.REDIS_PREFIX}mirror`));
    const answers = await Promise.all(nodes.map((node) => logOut(node, { token: accessToken })));
    expect(answers.reduce<number>((sum, answer) => sum + Number(answer), 0)).toBe(1);
    tokens.push(accessToken);
    for (const node of nodes) for (const token of tokens) expect(await check(node, token)).toBe(REVOKED);
  }
});

test.for(['memory', 'database'])('in mode %s Redis has what is revoked too, for others to read [R26]', async (REVOCATION_CHECK) => {
  const mirror = borrowMirror();
  const app = await startMirrored({ ...mirror, REVOCATION_CHECK });
  const { accessToken, sid } = await app.register();
  expect(await logOutTold(app, accessToken)).toMatchObject({ confirmation: { by: 'SINGLE_NODE' } });
  const isThere = () => withRedis(mirror.REDIS_URL ?? '', (client) => client.exists(`${mirror.REDIS_PREFIX}revoked:${sid}`));
  while ((await isThere()) === 0);
});
