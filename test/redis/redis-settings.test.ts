/** The server refuses a Redis that can't be the mirror, and nodes that disagree about it, with a message that helps. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createApp } from '../../src/app.js';
import { readConfig } from '../../src/config/config.js';
import { collectLog } from '../support/app/collected-log.js';
import { makeFolder, startNode } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { check, readFigure } from '../support/postgresql/lease-nodes.js';
import { borrowDatabase } from '../support/postgresql/postgresql.js';
import { REVOKED, startMirrored, startMirroredNodes, untilWhole } from '../support/redis/mirrored.js';
import { borrowMirror } from '../support/redis/redis.js';
import { startRedis } from '../support/redis/redis-server.js';

test('a Redis that evicts is refused at the start, and not believed once it begins to [R26]', async () => {
  const redis = await startRedis('--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru');
  await expect(startMirrored({ REDIS_URL: redis.url })).rejects.toThrow(
    'Redis evicts keys (maxmemory-policy allkeys-lru), and so would un-revoke: set it to noeviction',
  );
  await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
  const app = await startMirrored({ REDIS_URL: redis.url });
  const { accessToken } = await app.register();
  await redis.cli('CONFIG', 'SET', 'maxmemory-policy', 'volatile-ttl');
  await redis.cli('CLIENT', 'KILL', 'TYPE', 'normal');
  await untilWhole(app, false);
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await check(app, accessToken)).toBe(REVOKED);
});

test('a replica is refused at the start [R26]', async () => {
  const [redis, other] = [await startRedis(), await startRedis()];
  await redis.cli('REPLICAOF', '127.0.0.1', String(other.port));
  await expect(startMirrored({ REDIS_URL: redis.url })).rejects.toThrow('REDIS_URL must name the server that takes writes');
});

test('the mirror of another database is not touched [R26]', async () => {
  const mirror = borrowMirror();
  const first = await startMirrored(mirror);
  await expect(startMirrored(mirror)).rejects.toThrow('Redis holds the mirror of another database under these keys');
  expect(await readFigure(first, 'latchkey_mirror_whole')).toBe(1);
});

test('a node without Redis does not start where another checks with it, until the operator says that none does [R27]', async () => {
  const { nodes, url } = await startMirroredNodes(borrowMirror());
  const [one] = nodes as [(typeof nodes)[0]];
  const plain = { REVOCATION_CHECK: 'lease' };
  await expect(startNode(url, { settings: plain })).rejects.toThrow('latchkey blacklist unmirror');
  await expect(one.app.administration.unmirror()).rejects.toThrow('Start every node with another REVOCATION_CHECK first');
  const other = await one.restart({ REVOCATION_CHECK: 'database' });
  expect(await other.app.administration.unmirror()).toMatchObject({ kind: 'done' });
  const second = await startNode(url, { settings: plain });
  const { accessToken } = await second.register();
  expect(await logOut(second, { token: accessToken })).toBe(1);
  expect(await check(other, accessToken)).toBe(REVOKED);
});

test('a server that begins without Redis serves by the table, and takes Redis when it comes [R26]', async () => {
  const redis = await startRedis();
  await redis.kill();
  const app = await startMirrored({ REDIS_URL: redis.url });
  const { accessToken } = await app.register();
  expect(await check(app, accessToken)).toBe('ok');
  expect((await app.app.server.inject({ url: '/readyz' })).statusCode).toBe(200);
  await redis.start();
  await untilWhole(app);
  expect(await check(app, accessToken)).toBe('ok');
});

test.for([
  [{ REVOCATION_CHECK: 'redis' }, 'REDIS_URL: found nothing, expected the Redis server to check with'],
  [{ REDIS_URL: 'http://127.0.0.1' }, 'expected a Redis server like redis://'],
  [{ REDIS_URL: 'redis://user:secret@host:99999' }, 'redis://[masked]@host:99999'],
  [{ REDIS_URL: 'redis://user:sec%ret@host' }, 'special characters of the password percent-encoded'],
  [{ REDIS_PREFIX: 'a key with spaces' }, 'REDIS_PREFIX: found "a key with spaces"'],
] as const)('settings that can not be: %j', ([settings, told]) => {
  expect(() => readConfig({ DATA_DIR: makeFolder(), ...settings })).toThrow(told);
});

test('a user of Redis who may do no more than docs/operations.md says can keep the mirror [R26]', async () => {
  const redis = await startRedis();
  const [, words = ''] = /The user needs (.*?) on its keys/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];
  const commands = [...words.matchAll(/`([A-Z]+)`/g)].map(([, command]) => `+${command?.toLowerCase()}`);
  await redis.cli('ACL', 'SETUSER', 'latchkey', 'on', '>a-password', '~latchkey:*', '-@all', ...commands);
  const url = new URL(redis.url);
  url.username = 'latchkey';
  url.password = 'a-password';
  const app = await startMirrored({ REDIS_URL: url.href, REDIS_PREFIX: 'latchkey:' });
  expect(await readFigure(app, 'latchkey_mirror_whole')).toBe(1);
  const { accessToken } = await app.register();
  expect(await logOut(app, { token: accessToken })).toBe(1);
  expect(await check(app, accessToken)).toBe(REVOKED);
});

test.for(['redis', 'memory'])(
  'in mode %s a password that Redis refuses is refused at the start, and reaches no message and no log',
  async (mode) => {
    const { log, text } = collectLog();
    const redis = await startRedis();
    await redis.cli('CONFIG', 'SET', 'requirepass', 'the right one');
    const url = Object.assign(new URL(redis.url), { password: 'the-wrong-one' });
    const config = readConfig({ DATA_DIR: makeFolder(), PORT: '0', REVOCATION_CHECK: mode, REDIS_URL: url.href });
    const failure = await createApp({ config, log }).then(
      () => expect.fail('it started'),
      (error: Error) => error,
    );
    expect(failure).toMatchObject({ name: 'UnfitRedis', message: expect.stringMatching(/WRONGPASS.*Check the user, the password/) });
    expect(`${text()}${failure.stack}`).not.toContain('the-wrong-one');
  },
);

test('a server that was refused by Redis has not made the other nodes wait for Redis [R27]', async () => {
  const redis = await startRedis();
  await redis.cli('CONFIG', 'SET', 'requirepass', 'the right one');
  const url = await borrowDatabase();
  await expect(startNode(url, { settings: { REVOCATION_CHECK: 'redis', REDIS_URL: redis.url } })).rejects.toThrow('NOAUTH');
  await startNode(url, { settings: { REVOCATION_CHECK: 'lease' } });
});

test.for([
  ['a database that it does not have', [], '/99', 'Check the user, the password and the number of the database in REDIS_URL.'],
  ['a key of another program', ['LPUSH', 'latchkey:mirror', 'x'], '', 'choose another REDIS_PREFIX'],
] as const)('a Redis with %s is refused at the start, with what to do', async ([, command, path, told]) => {
  const redis = await startRedis();
  if (command.length > 0) await redis.cli(...command);
  await expect(startMirrored({ REDIS_URL: redis.url + path, REDIS_PREFIX: 'latchkey:' })).rejects.toThrow(told);
});

/** The commands that docs/operations.md asks for, which a Redis that takes no logouts may lack. */
const COMMANDS = ['mget', 'get', 'set', 'del', 'eval', 'info', 'time'];

test.for(COMMANDS)(
  'a user of Redis who may not use %s is refused at the start, also while the blacklist is empty [R27]',
  async (lacking) => {
    const redis = await startRedis();
    const commands = COMMANDS.filter((command) => command !== lacking).map((command) => `+${command}`);
    await redis.cli('ACL', 'SETUSER', 'latchkey', 'on', '>a-password', '~latchkey:*', '-@all', ...commands);
    const url = Object.assign(new URL(redis.url), { username: 'latchkey', password: 'a-password' });
    await expect(startMirrored({ REDIS_URL: url.href, REDIS_PREFIX: 'latchkey:' })).rejects.toMatchObject({
      name: 'UnfitRedis',
      message: expect.stringContaining('docs/operations.md'),
    });
  },
);

test('a user of Redis who may not write the keys of revoked ids is refused at the start [R27]', async () => {
  const redis = await startRedis();
  await redis.cli('ACL', 'SETUSER', 'latchkey', 'on', '>a-password', '~latchkey:mirror', '~latchkey:filling', '+@all');
  const url = Object.assign(new URL(redis.url), { username: 'latchkey', password: 'a-password' });
  await expect(startMirrored({ REDIS_URL: url.href, REDIS_PREFIX: 'latchkey:' })).rejects.toThrow('docs/operations.md');
});

test('a Redis that refuses the server after its start: /readyz and the doctor say it, and that it is mended [R27]', async () => {
  const redis = await startRedis();
  const app = await startMirrored({ REDIS_URL: redis.url });
  const readiness = async () => (await app.app.server.inject({ url: '/readyz' })).json();
  const examine = async () => {
    const outcome = await app.app.administration.examine();
    return outcome.kind === 'done' ? outcome.result.find(({ check }) => check === 'Redis') : undefined;
  };
  expect([await readiness(), (await examine())?.isRight]).toEqual([{ status: 'ok' }, true]);
  await redis.cli('CONFIG', 'SET', 'requirepass', 'a-new-password');
  await redis.cli('-a', 'a-new-password', '--no-auth-warning', 'CLIENT', 'KILL', 'TYPE', 'normal');
  await untilWhole(app, false);
  while ((await readiness()).status === 'ok') await readFigure(app, 'latchkey_mirror_whole');
  expect(await readiness()).toMatchObject({ reason: expect.stringContaining('Redis refuses this server') });
  expect(await examine()).toMatchObject({
    isRight: false,
    found: expect.stringMatching(/^Redis refuses this server: NOAUTH/),
    advice: 'Check the user, the password and the number of the database in REDIS_URL.',
  });
  await redis.cli('-a', 'a-new-password', '--no-auth-warning', 'CONFIG', 'SET', 'requirepass', '');
  await untilWhole(app);
  expect(await readiness()).toEqual({ status: 'ok' });
});

test('a trial leaves no key behind', async () => {
  const redis = await startRedis();
  await startMirrored({ REDIS_URL: redis.url, REDIS_PREFIX: 'latchkey:' });
  expect(await redis.cli('KEYS', '*')).toBe('latchkey:mirror');
});
