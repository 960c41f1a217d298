/** `latchkey/blacklist` on SQLite: one process that owns the file. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'libsql';
import { expect, test } from 'vitest';
import { storedId } from '../../src/blacklist/ids.js';
import { BlacklistUnavailable, type BlacklistUnusable, openBlacklist } from '../../src/blacklist/open.js';
import { makeFolder } from '../support/app/start-app.js';
import { anHourAgo, inAnHour, newFile, open } from '../support/blacklist/blacklists.js';

const expiresAt = inAnHour();
const past = anHourAgo();

test('a revoked token is refused as soon as revoke has answered, and no other is [R4] [R14]', async () => {
  const blacklist = await open(newFile());
  expect(blacklist.isRevoked({ jti: 'a', expiresAt })).toBe(false);
  expect(await blacklist.revoke({ jti: 'a', expiresAt })).toMatchObject({ by: 'single-node', nodes: 1 });
  expect(blacklist.isRevoked({ jti: 'a', expiresAt })).toBe(true);
  expect(blacklist.isRevoked({ jti: 'b', expiresAt })).toBe(false);
  expect(blacklist.status).toEqual({ mode: 'memory', revokedIds: 1, version: 1, leaseAgeSeconds: null, isListening: null, fault: null });
});

test('a jti is no sid and no user of the same text, and a number is its decimal text', async () => {
  const blacklist = await open(newFile());
  await blacklist.revoke({ jti: '42', expiresAt });
  expect(blacklist.isRevoked({ sid: '42', expiresAt })).toBe(false);
  expect(blacklist.isRevoked({ jti: 42, expiresAt })).toBe(true);
  expect(blacklist.isRevoked({ jti: 42n, sid: 'other', expiresAt })).toBe(true);
  await blacklist.revoke({ sid: 7, expiresAt });
  expect(blacklist.isRevoked({ jti: '7', expiresAt })).toBe(false);
  expect(blacklist.isRevoked({ sid: '7', expiresAt })).toBe(true);
  expect(blacklist.isRevoked({ user: { id: 42, counter: 0 }, expiresAt })).toBe(false);
});

test('no separator in an id imitates another id', async () => {
  const blacklist = await open(newFile());
  await blacklist.endUser('ada');
  const imitations = ['ada 0', '3 ada 0', 'user 3 ada 0', 'ada\u00000', ' ada', 'ada ', 'ada\n0'];
  for (const text of imitations) {
    const found = [{ jti: text }, { sid: text }, { user: { id: text, counter: 0 } }].map((ids) =>
      blacklist.isRevoked({ ...ids, expiresAt }),
    );
    expect(found, JSON.stringify(text)).toEqual([false, false, false]);
  }
  expect(storedId('user', 'ada 0')).not.toBe(storedId('user', 'ada', 0));
  await blacklist.revoke({ jti: 'a b', expiresAt });
  expect(blacklist.isRevoked({ jti: 'a', sid: 'b', expiresAt })).toBe(false);
});

test('what can not keep the promise is refused with an explanation, and changes nothing', async () => {
  const blacklist = await open(newFile());
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ expiresAt }, /no id/],
    [{ jti: null, sid: undefined, expiresAt }, /no id/],
    [{ jti: '', expiresAt }, /jti is empty/],
    [{ jti: token, expiresAt }, /text of a token/],
    [{ sid: `Bearer ${token}`, expiresAt }, /text of a token/],
    [{ jti: 'x'.repeat(1_025), expiresAt }, /more than 1024 bytes/],
    [{ jti: 'ä'.repeat(600), expiresAt }, /more than 1024 bytes/],
    [{ jti: '\ud800', expiresAt }, /well-formed/],
    [{ jti: {}, expiresAt }, /type object/],
    [{ jti: 1.5, expiresAt }, /the number 1.5/],
    [{ jti: 'a' }, /valid Date/],
    [{ jti: 'a', expiresAt: new Date(Number.NaN) }, /valid Date/],
    [{ jti: 'a', expiresAt: 1_800_000_000 }, /valid Date/],
    [{ jti: 'a', expiresAt: '2030-01-01' }, /valid Date/],
    [{ jti: 'a', expiresAt: new Date(1_800_000_000) }, /seconds/],
    [{ jti: 'a', expiresAt: new Date(Date.now() * 1000) }, /year 9999/],
  ];
  for (const [ids, message] of wrong) {
    await expect(blacklist.revoke(ids as never), String(message)).rejects.toMatchObject({
      name: 'BlacklistMisuse',
      message: expect.stringMatching(message),
    });
    expect(() => blacklist.isRevoked(ids as never), String(message)).toThrow(message);
  }
  for (const counter of [undefined, -1, 0.5, '1', Number.NaN]) {
    expect(() => blacklist.isRevoked({ user: { id: 'ada', counter: counter as number }, expiresAt })).toThrow(/counter/);
  }
  await expect(blacklist.endUser('')).rejects.toThrow(/user id is empty/);
  await expect(blacklist.forgetUser('ada', {} as never)).rejects.toThrow(/valid Date/);
  expect(blacklist.status.version).toBe(0);
});

test('an id of 1024 bytes is taken', async () => {
  const blacklist = await open(newFile());
  const jti = 'ä'.repeat(512);
  await blacklist.revoke({ jti, expiresAt });
  expect(blacklist.isRevoked({ jti, expiresAt })).toBe(true);
});

test('what was revoked stays revoked after a restart [R4] [R6]', async () => {
  const file = newFile();
  const first = await open(file);
  await first.revoke({ jti: 'a', sid: 's', expiresAt });
  expect(await first.endUser('ada')).toBe(1);
  await first.close();
  expect(() => first.isRevoked({ jti: 'b', expiresAt })).toThrow(BlacklistUnavailable);
  await expect(first.revoke({ jti: 'b', expiresAt })).rejects.toBeInstanceOf(BlacklistUnavailable);
  const second = await open(file);
  expect(second.isRevoked({ jti: 'a', expiresAt })).toBe(true);
  expect(second.isRevoked({ jti: 'new', sid: 's', expiresAt })).toBe(true);
  expect(second.isRevoked({ user: { id: 'ada', counter: 0 }, expiresAt })).toBe(true);
  expect(await second.counterOf('ada')).toBe(1);
  expect(second.isRevoked({ jti: 'b', expiresAt })).toBe(false);
});

test('a row is pruned after its tokens have expired, and from then on tokens of that age are refused [R7]', async () => {
  const file = newFile();
  const blacklist = await open(file);
  await blacklist.revoke({ jti: 'old', expiresAt: past });
  await blacklist.revoke({ jti: 'live', expiresAt });
  expect(blacklist.isRevoked({ jti: 'never revoked', expiresAt: past })).toBe(false);
  expect(await blacklist.prune()).toBe(1);
  expect(blacklist.status.revokedIds).toBe(1);
  expect(blacklist.isRevoked({ jti: 'old', expiresAt: past })).toBe(true);
  expect(blacklist.isRevoked({ jti: 'never revoked', expiresAt: past })).toBe(true);
  expect(blacklist.isRevoked({ jti: 'never revoked', expiresAt })).toBe(false);
  await blacklist.close();
  const again = await open(file);
  expect(again.isRevoked({ jti: 'old', expiresAt: past })).toBe(true);
  expect(again.isRevoked({ jti: 'live', expiresAt })).toBe(true);
});

test('a session that is revoked again for longer is kept for longer, and never for shorter [R7]', async () => {
  const file = newFile();
  const blacklist = await open(file);
  await blacklist.revoke({ sid: 'grown', expiresAt: past });
  await blacklist.revoke({ sid: 'grown', expiresAt });
  await blacklist.revoke({ sid: 'grown', expiresAt: past });
  expect(await blacklist.prune()).toBe(0);
  await blacklist.revoke({ sid: 'old', expiresAt: past });
  expect(await blacklist.prune()).toBe(1);
  expect(blacklist.isRevoked({ sid: 'grown', expiresAt })).toBe(true);
  await blacklist.close();
  expect((await open(file)).isRevoked({ sid: 'grown', expiresAt })).toBe(true);
});

test('the counter of a user rises, older ones are dead, and pruning leaves them [R7]', async () => {
  const blacklist = await open(newFile());
  const isDead = (counter: number, id = 'ada') => blacklist.isRevoked({ user: { id, counter }, expiresAt });
  expect(await blacklist.counterOf('ada')).toBe(0);
  expect(isDead(0)).toBe(false);
  expect(await blacklist.endUser('ada')).toBe(1);
  expect(await blacklist.endUser('ada')).toBe(2);
  expect(await blacklist.counterOf('ada')).toBe(2);
  expect([0, 1, 2].map((counter) => isDead(counter))).toEqual([true, true, false]);
  expect(isDead(0, 'grace')).toBe(false);
  expect(await blacklist.endUser('grace', { expiresAt: past })).toBe(1);
  expect(await blacklist.prune()).toBe(1);
  // Its row is gone: a token that old is refused by its age, and the counter does not begin again.
  expect(blacklist.isRevoked({ user: { id: 'grace', counter: 0 }, expiresAt: past })).toBe(true);
  expect(await blacklist.counterOf('grace')).toBe(1);
  expect([0, 1, 2].map((counter) => isDead(counter))).toEqual([true, true, false]);
});

test('a forgotten user is ended, its rows can be pruned, and another one with the same id begins with a live counter', async () => {
  const file = newFile();
  const blacklist = await open(file);
  for (let times = 0; times < 5; times += 1) await blacklist.endUser(1);
  await blacklist.forgetUser(1, { expiresAt: past });
  expect(blacklist.isRevoked({ user: { id: 1, counter: 5 }, expiresAt })).toBe(true);
  expect(await blacklist.counterOf(1)).toBe(6);
  expect(blacklist.isRevoked({ user: { id: 1, counter: 6 }, expiresAt })).toBe(false);
  expect(await blacklist.prune()).toBe(6);
  await blacklist.close();
  const again = await open(file);
  expect(again.status.revokedIds).toBe(0);
  expect(await again.counterOf(1)).toBe(6);
  expect(again.isRevoked({ user: { id: 1, counter: 5 }, expiresAt: past })).toBe(true);
});

test('hundreds of revocations at once, of the same ids and of others, all hold', async () => {
  const blacklist = await open(newFile());
  const rounds = Array.from({ length: 300 }, (_, index) => index);
  const answers = await Promise.all(
    rounds.map((index) =>
      index % 3 === 0 ? blacklist.endUser('ada') : blacklist.revoke({ jti: index % 20, sid: `s${index}`, expiresAt }),
    ),
  );
  const counters = answers.filter((answer) => typeof answer === 'number');
  expect(counters.sort((one, other) => one - other)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  for (const index of rounds.filter((each) => each % 3 !== 0)) {
    expect(blacklist.isRevoked({ jti: index % 20, expiresAt })).toBe(true);
    expect(blacklist.isRevoked({ jti: 'x', sid: `s${index}`, expiresAt })).toBe(true);
  }
});

test('what is watched ends before revoke answers, once, and an end that throws holds up nothing [R28]', async () => {
  const blacklist = await open(newFile());
  const heard: string[] = [];
  const watch = (name: string, token: Parameters<typeof blacklist.watch>[0]) =>
    blacklist.watch(token, (cause) => void heard.push(`${name} ${cause}`));
  watch('by jti', { jti: 'a', sid: 's', expiresAt });
  watch('by sid', { jti: 'b', sid: 's', expiresAt });
  watch('by user', { jti: 'c', user: { id: 'ada', counter: 0 }, expiresAt });
  watch('other', { jti: 'd', user: { id: 'ada', counter: 1 }, expiresAt });
  const stop = watch('stopped', { jti: 'a', expiresAt });
  stop();
  blacklist.watch({ jti: 'a', expiresAt }, () => {
    throw new Error('a broken end');
  });
  await blacklist.revoke({ jti: 'a', sid: 's', expiresAt });
  expect(heard.sort()).toEqual(['by jti revoked', 'by sid revoked']);
  await blacklist.endUser('ada');
  expect(heard).toContain('by user revoked');
  watch('late', { jti: 'a', expiresAt });
  expect(heard).toContain('late revoked');
  const expired = new Promise((resolve) => blacklist.watch({ jti: 'e', expiresAt: past }, resolve));
  expect(await expired).toBe('expired');
  await blacklist.close();
  expect(heard).toContain('other closed');
  expect(heard).toHaveLength(5);
});

test('with check: database the file is asked each time', async () => {
  const file = newFile();
  const blacklist = await open(file, { check: 'database' });
  const answer = blacklist.isRevoked({ jti: 'a', expiresAt });
  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toBe(false);
  await blacklist.revoke({ jti: 'a', expiresAt });
  await blacklist.endUser('ada');
  expect(await blacklist.isRevoked({ jti: 'a', expiresAt })).toBe(true);
  expect(await blacklist.isRevoked({ user: { id: 'ada', counter: 0 }, expiresAt })).toBe(true);
  expect(await blacklist.isRevoked({ user: { id: 'ada', counter: 1 }, expiresAt })).toBe(false);
  expect(blacklist.status.mode).toBe('database');
});

test('a file that another blacklist has open is refused, and says who has it [R15]', async () => {
  const file = newFile();
  const first = await open(file);
  const refused = await openBlacklist({ databaseUrl: file }).catch((error: BlacklistUnusable) => error);
  expect(refused).toMatchObject({ name: 'BlacklistUnusable' });
  expect((refused as Error).message).toMatch(/in use by a blacklist, process \d+.*One process at a time.*PostgreSQL/s);
  await first.close();
  expect((await open(file)).status.version).toBe(0);
});

test('a file of another program, a damaged one and a missing folder are refused with what to do', async () => {
  const folder = makeFolder();
  const other = new Sqlite(join(folder, 'other.db'));
  other.exec('CREATE TABLE "User" ("id" INTEGER)');
  other.close();
  writeFileSync(join(folder, 'text.db'), 'no database '.repeat(100));
  const refusal = (name: string) =>
    openBlacklist({ databaseUrl: `file:${join(folder, name)}`, logLevel: 'silent' }).catch((error: Error) => error.message);
  expect(await refusal('other.db')).toMatch(/belongs to something else: it has the tables User/);
  expect(await refusal('text.db')).toMatch(/can't be (?:used|set up|opened).*not a database|file is not a database/s);
  expect(await refusal('no/such/folder.db')).toMatch(/folder/);
});

test('wrong options are refused with what is expected', async () => {
  const databaseUrl = newFile();
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ databaseUrl: 'mysql://localhost' }, /postgresql:\/\/ or file:/],
    [{}, /postgresql:\/\/ or file:/],
    [{ databaseUrl, schema: 'Public; DROP' }, /schema/],
    [{ databaseUrl, check: 'redis' }, /check/],
    [{ databaseUrl, leaseMs: 5 }, /leaseMs/],
    [{ databaseUrl, doorbell: 'on' }, /doorbell/],
    [{ databaseUrl, poolSize: 0 }, /poolSize/],
    [{ databaseUrl, secret: 'short' }, /secret/],
    [{ databaseUrl, logLevel: 'loud' }, /logLevel/],
    [{ databaseUrl, lease: 5 }, /no option lease/],
  ];
  for (const [options, message] of wrong) {
    const refused = await openBlacklist(options as never).catch((error: Error) => error);
    expect(refused, String(message)).toMatchObject({ name: 'BlacklistUnusable', message: expect.stringMatching(message) });
    expect((refused as Error).message).not.toContain('short');
  }
});
