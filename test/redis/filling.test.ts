/** Redis or the log changes in the middle of a filling: no node may trust the resulting mirror. */
import { expect, test } from 'vitest';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { makeAnswersHold } from '../support/database/held-answers.js';
import { logOut } from '../support/mutations/mutations.js';
import { check } from '../support/postgresql/lease-nodes.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import { REVOKED, startMirroredNodes, untilWhole } from '../support/redis/mirrored.js';
import { startRedis } from '../support/redis/redis-server.js';

test('a Redis that is flushed between the rows and the record is filled again [R26]', async () => {
  const redis = await startRedis();
  const { nodes, url } = await startMirroredNodes({ REDIS_URL: redis.url });
  const [node] = nodes as [TestApp];
  const { accessToken, sid } = await node.register();
  expect(await logOut(node, { token: accessToken })).toBe(1);
  await withDatabase(url, async (client) => {
    // The filling node may read, but this lock keeps it from recording in the table that it is done.
    await client.query('BEGIN; SELECT * FROM "RevocationState" FOR UPDATE');
    await redis.cli('FLUSHALL');
    expect(await check(node, accessToken)).toBe(REVOKED);
    while ((await redis.cli('EXISTS', `latchkey:revoked:${sid}`)) !== '1');
    await redis.cli('FLUSHALL');
    await client.query('COMMIT');
  });
  await untilWhole(node);
  expect(await check(node, accessToken)).toBe(REVOKED);
  expect(await redis.cli('EXISTS', `latchkey:revoked:${sid}`)).toBe('1');
});

test('a filling that began before a logout took the trust back comes too late [R27]', async () => {
  const hold = makeAnswersHold();
  const redis = await startRedis('--maxmemory', '0');
  const settings = { REDIS_URL: redis.url };
  const { nodes, url } = await startMirroredNodes(settings);
  const [one] = nodes as [TestApp];
  const [first, second] = [await one.register(), await one.login()];
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  expect(await logOut(one, { token: first.accessToken })).toBe(1);
  const read = hold(/^SELECT .*"revokedUntil" FROM "public"\."BlacklistedToken"/s);
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  await read.reached;
  await redis.cli('CONFIG', 'SET', 'maxmemory', '1');
  const two = await startNode(url, { clock: one.clock, settings });
  expect(await logOut(two, { token: second.accessToken })).toBe(1);
  await two.app.close();
  await redis.cli('CONFIG', 'SET', 'maxmemory', '0');
  read.release();
  await untilWhole(one);
  for (const { accessToken } of [first, second]) expect(await check(one, accessToken)).toBe(REVOKED);
});
