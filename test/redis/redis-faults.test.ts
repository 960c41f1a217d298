/** Redis stopped, flushed, full, evicting, paused, restored or demoted: no revoked token is accepted, and the mirror repairs itself. */
import { expect, test } from 'vitest';
import { MAX_SESSIONS_PER_USER } from '../../src/features/sessions/sessions.js';
import type { TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { check, readFigure } from '../support/postgresql/lease-nodes.js';
import { loseLog } from '../support/postgresql/outages.js';
import { REVOKED, startMirrored, startMirroredNodes, untilWhole } from '../support/redis/mirrored.js';
import { type RedisServer, startRedis } from '../support/redis/redis-server.js';

const mirrorOn = ({ url }: RedisServer) => ({ REDIS_URL: url, REDIS_PREFIX: 'latchkey:' });

async function startOn(redis: RedisServer): Promise<TestApp> {
  return startMirrored(mirrorOn(redis));
}

test('while Redis is gone the table is asked, and a logout can not be confirmed; once Redis is back the same logout succeeds [R27]', async () => {
  const redis = await startRedis();
  const app = await startOn(redis);
  const [dead, live] = [await app.register(), await app.login()];
  await redis.kill();
  expect(await check(app, live.accessToken)).toBe('ok');
  expect(await logOut(app, { token: dead.accessToken })).toBe('LOGOUT_UNCONFIRMED');
  expect(await check(app, dead.accessToken)).toBe(REVOKED);
  expect(await check(app, live.accessToken)).toBe('ok');
  await redis.start();
  expect(await logOut(app, { token: dead.accessToken })).toBe(0);
  await untilWhole(app);
  expect(await check(app, dead.accessToken)).toBe(REVOKED);
  expect(await check(app, live.accessToken)).toBe('ok');
  expect(await redis.cli('EXISTS', `latchkey:revoked:${dead.sid}`)).toBe('1');
});

test.for([
  ['flushed', async (redis: RedisServer) => redis.cli('FLUSHALL')],
  [
    'killed and restarted empty',
    async (redis: RedisServer) => {
      await redis.kill();
      await redis.start();
    },
  ],
  ['robbed of one key', async (redis: RedisServer) => redis.cli('DEL', 'latchkey:mirror')],
  ['given a record nobody understands', async (redis: RedisServer) => redis.cli('SET', 'latchkey:mirror', 'rubbish')],
] as const)('a Redis that was %s un-revokes nothing, and is filled again [R26]', async ([, lose]) => {
  const redis = await startRedis();
  const { nodes } = await startMirroredNodes(mirrorOn(redis), mirrorOn(redis));
  const [one, two] = nodes as [TestApp, TestApp];
  const [dead, live] = [await one.register(), await one.login()];
  expect(await logOut(one, { token: dead.accessToken })).toBe(1);
  await lose(redis);
  for (const node of nodes) expect(await check(node, dead.accessToken)).toBe(REVOKED);
  for (const node of nodes) expect(await check(node, live.accessToken)).toBe('ok');
  expect(await logOut(two, { token: live.accessToken })).toBe(1);
  for (const node of nodes) await untilWhole(node);
  expect(await redis.cli('EXISTS', `latchkey:revoked:${dead.sid}`, `latchkey:revoked:${live.sid}`)).toBe('2');
  for (const node of nodes) for (const { accessToken } of [dead, live]) expect(await check(node, accessToken)).toBe(REVOKED);
});

test('a Redis that comes back with an old snapshot is not believed, although its mirror was whole once [R26]', async () => {
  const redis = await startRedis();
  const app = await startOn(redis);
  const { accessToken, sid } = await app.register();
  expect(await redis.cli('SAVE')).toBe('OK');
  expect(await logOut(app, { token: accessToken })).toBe(1);
  await redis.kill();
  await redis.start();
  expect(await check(app, accessToken)).toBe(REVOKED);
  await untilWhole(app);
  // A new run of the Redis server: the node wrote everything again, whatever the snapshot held.
  expect(await readFigure(app, 'latchkey_mirror_fillings_total')).toBe(2);
  expect(await check(app, accessToken)).toBe(REVOKED);
  expect(await redis.cli('EXISTS', `latchkey:revoked:${sid}`)).toBe('1');
});

test('a full Redis takes no more: what it holds is not believed any more, so that a logout holds all the same [R27]', async () => {
  const redis = await startRedis('--maxmemory', '0');
  const { nodes } = await startMirroredNodes(mirrorOn(redis), mirrorOn(redis));
  const [one, two] = nodes as [TestApp, TestApp];
  const { accessToken } = await one.register();
  expect(await check(two, accessToken)).toBe('ok');
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  expect(await logOut(one, { token: accessToken })).toBe(1);
  for (const node of nodes) expect(await check(node, accessToken)).toBe(REVOKED);
  expect(await redis.cli('EXISTS', 'latchkey:mirror')).toBe('0');
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  for (const node of nodes) await untilWhole(node);
  for (const node of nodes) expect(await check(node, accessToken)).toBe(REVOKED);
});

test('a Redis that hangs: checks go on by the table, a logout can not be confirmed, and all is well when it goes on [R27]', async () => {
  const redis = await startRedis();
  const app = await startOn(redis);
  const [dead, live] = [await app.register(), await app.login()];
  redis.signal('SIGSTOP');
  expect(await Promise.all([check(app, dead.accessToken), check(app, live.accessToken)])).toEqual(['ok', 'ok']);
  expect(await logOut(app, { token: dead.accessToken })).toBe('LOGOUT_UNCONFIRMED');
  expect(await check(app, dead.accessToken)).toBe(REVOKED);
  expect(await check(app, live.accessToken)).toBe('ok');
  redis.signal('SIGCONT');
  await untilWhole(app);
  expect(await logOut(app, { token: dead.accessToken })).toBe(0);
  expect(await check(app, dead.accessToken)).toBe(REVOKED);
});

test('a Redis that became a replica is not believed, nor written to [R26]', async () => {
  const [redis, other] = [await startRedis(), await startRedis()];
  const app = await startOn(redis);
  const { accessToken } = await app.register();
  await redis.cli('REPLICAOF', '127.0.0.1', String(other.port));
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await untilWhole(app, false);
  expect(await check(app, accessToken)).toBe('ok');
  expect(await logOut(app, { token: accessToken })).toBe('LOGOUT_UNCONFIRMED');
  expect(await check(app, accessToken)).toBe(REVOKED);
  await redis.cli('REPLICAOF', 'NO', 'ONE');
  await untilWhole(app);
  expect(await logOut(app, { token: accessToken })).toBe(0);
  expect(await check(app, accessToken)).toBe(REVOKED);
});

test('a database that has lost a logout gets it back from a node that checks with Redis [R25]', async () => {
  const redis = await startRedis();
  const { nodes, url } = await startMirroredNodes(mirrorOn(redis));
  const [node] = nodes as [TestApp];
  const [dead, live] = [await node.register(), await node.login()];
  expect(await logOut(node, { token: dead.accessToken })).toBe(1);
  await loseLog(url);
  // A reconnect makes the node check at once what it otherwise checks every ten seconds. No request comes meanwhile, so no check reads
  // the table.
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await untilWhole(node, false);
  await untilWhole(node);
  expect(await check(node, live.accessToken)).toBe(REVOKED);
  expect((await node.refresh(dead.refreshToken)).codes).toEqual(['INVALID_REFRESH_TOKEN']);
  expect(await check(node, (await node.refresh(live.refreshToken)).tokens?.accessToken ?? '')).toBe('ok');
});

test('a login that ends the oldest of too many sessions succeeds while Redis is gone [R26]', async () => {
  const redis = await startRedis();
  const app = await startOn(redis);
  await app.register();
  for (let count = 1; count < MAX_SESSIONS_PER_USER; count += 1) await app.login();
  await redis.kill();
  const { accessToken } = await app.login();
  expect(await check(app, accessToken)).toBe('ok');
});

test('in the other modes a Redis that is gone hinders no logout [R26]', async () => {
  const redis = await startRedis();
  const app = await startMirrored({ ...mirrorOn(redis), REVOCATION_CHECK: 'memory' });
  const { accessToken, sid } = await app.register();
  await redis.kill();
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await check(app, accessToken)).toBe(REVOKED);
  await redis.start();
  await untilWhole(app);
  expect(await redis.cli('EXISTS', `latchkey:revoked:${sid}`)).toBe('1');
});

test('a mirror that keeps being lost under logins and logouts lets nothing revoked in, and nothing live out [R27]', async () => {
  const redis = await startRedis();
  const { nodes } = await startMirroredNodes(mirrorOn(redis), mirrorOn(redis));
  await nodes[0]?.register();
  let isOver = false;
  const losing = (async () => {
    while (!isOver) await redis.cli('FLUSHALL');
  })();
  const worked = await Promise.all(
    nodes.map(async (node, index) => {
      const other = nodes[1 - index] as TestApp;
      const answers = [];
      for (let round = 0; round < 20; round += 1) {
        const { accessToken } = await node.login();
        const before = await check(other, accessToken);
        const logout = await logOut(node, { token: accessToken });
        answers.push([before, logout, await check(other, accessToken)].join(', '));
      }
      return answers;
    }),
  );
  isOver = true;
  await losing;
  // An unconfirmed logout promises nothing, but here both nodes see it in the table at the latest.
  for (const answer of worked.flat()) expect(answer).toMatch(/^ok, (1|LOGOUT_UNCONFIRMED), UNAUTHENTICATED TOKEN_REVOKED$/);
});
