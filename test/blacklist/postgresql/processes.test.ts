/** `latchkey/blacklist` in three processes that share a PostgreSQL database. */
import { expect, test } from 'vitest';
import { anHourAgo, inAnHour } from '../../support/blacklist/blacklists.js';
import { type Member, startMembers } from '../../support/blacklist/members.js';
import { makeDatabase, withDatabase } from '../../support/postgresql/postgresql.js';

type Token = Parameters<Member['isRevoked']>[0];

const expiresAt = inAnHour();

/** So long that every process acknowledges first, however busy the machine is. */
const PATIENT = { leaseMs: 60_000 };

async function three(options = {}, url?: string): Promise<[Member, Member, Member]> {
  const members = await startMembers(url ?? (await makeDatabase('template0')), 3, options);
  for (const member of members) {
    const hears = async () => (await member.status()).isListening;
    await expect.poll(hears, { timeout: 60_000 }).toBe(!('doorbell' in options));
  }
  return members as [Member, Member, Member];
}

/** What all processes say of a token. */
function askAll(members: readonly Member[], token: Token): Promise<boolean[]> {
  return Promise.all(members.map((member) => member.isRevoked(token)));
}

const NONE = [false, false, false];
const ALL = [true, true, true];

test('when revoke has answered, every process refuses the token, and all have acknowledged [R4] [R22]', async () => {
  const members = await three(PATIENT);
  for (let round = 0; round < 30; round += 1) {
    const token = { jti: `token-${round}`, sid: `session-${round}`, expiresAt };
    expect(await askAll(members, token)).toEqual(NONE);
    const ids = round % 2 === 0 ? { jti: token.jti, expiresAt } : { sid: token.sid, expiresAt };
    const confirmation = await (members[round % 3] as Member).revoke(ids);
    expect(await askAll(members, token)).toEqual(ALL);
    expect(confirmation).toMatchObject({ by: 'acknowledged', nodes: 3, acknowledged: 3 });
  }
  // Within a lease the answer is no promise.
  expect(await members[0].isSynchronous({ jti: 'token-0', expiresAt })).toBe(true);
  expect(await members[0].status()).toMatchObject({ mode: 'lease', revokedIds: 30, isListening: true, fault: null });
});

test('when endUser has answered, every process refuses older counters, and every process knows the next one [R22]', async () => {
  const members = await three();
  for (let counter = 0; counter < 12; counter += 1) {
    const asked = members[counter % 3] as Member;
    expect(await askAll(members, { user: { id: 'ada', counter }, expiresAt })).toEqual(NONE);
    expect(await asked.ask('endUser', ['ada'])).toBe(counter + 1);
    expect(await askAll(members, { user: { id: 'ada', counter }, expiresAt })).toEqual(ALL);
    expect(await Promise.all(members.map((member) => member.ask('counterOf', 'ada')))).toEqual([1, 1, 1].map((one) => counter + one));
  }
  expect(await askAll(members, { user: { id: 'ada', counter: 0 }, expiresAt })).toEqual(ALL);
  expect(await askAll(members, { user: { id: 'grace', counter: 0 }, expiresAt })).toEqual(NONE);
});

test('the same ids and users, ended in all processes at once: each answer is in force everywhere [R22]', async () => {
  const members = await three();
  const counters = await Promise.all(
    Array.from({ length: 45 }, async (_, index) => {
      const member = members[index % 3] as Member;
      const token = { jti: `t${index % 5}`, sid: `s${index % 7}`, expiresAt };
      await member.revoke(token);
      expect(await askAll(members, { jti: token.jti, expiresAt })).toEqual(ALL);
      const counter = await member.ask<number>('endUser', ['ada']);
      expect(await askAll(members, { user: { id: 'ada', counter: counter - 1 }, expiresAt })).toEqual(ALL);
      return counter;
    }),
  );
  expect(counters.sort((one, other) => one - other)).toEqual(Array.from({ length: 45 }, (_, index) => index + 1));
});

test('what is watched in another process has ended before revoke answers [R28]', async () => {
  const members = await three();
  await members[1].ask('watch', { jti: 'a', sid: 's', expiresAt });
  await members[2].ask('watch', { jti: 'b', user: { id: 'ada', counter: 0 }, expiresAt });
  await members[0].revoke({ sid: 's', expiresAt });
  expect(await members[1].ask('watched')).toEqual(['revoked']);
  await members[0].ask('endUser', ['ada']);
  expect(await members[2].ask('watched')).toEqual(['revoked']);
});

test('a stopped process holds up revoke for its lease alone, and refuses the token when it goes on [R21] [R22]', async () => {
  const members = await three({ leaseMs: 500 });
  const token = { jti: 'a', expiresAt };
  expect(await askAll(members, token)).toEqual(NONE);
  members[2].signal('SIGSTOP');
  const asked = members[2].isRevoked(token);
  expect(await members[0].revoke(token)).toMatchObject({ by: 'lease-expiry', nodes: 3, acknowledged: 2 });
  members[2].signal('SIGCONT');
  expect(await asked).toBe(true);
});

test('without doorbells revoke waits for the leases, and holds just the same [R24]', async () => {
  const members = await three({ doorbell: false });
  expect(await askAll(members, { jti: 'a', expiresAt })).toEqual(NONE);
  expect((await members[0].revoke({ jti: 'a', expiresAt })).by).toMatch(/^(?:lease-expiry|acknowledged)$/);
  expect(await askAll(members, { jti: 'a', expiresAt })).toEqual(ALL);
});

test('processes that ask the database each time and processes with a lease keep the promise together [R22]', async () => {
  const url = await makeDatabase('template0');
  const [asking] = (await startMembers(url, 1, { check: 'database' })) as [Member];
  const [leased] = (await startMembers(url, 1)) as [Member];
  for (const [one, other] of [
    [asking, leased],
    [leased, asking],
  ] as const) {
    const token = { jti: await one.status().then(({ mode }) => mode), expiresAt };
    expect(await askAll([one, other], token)).toEqual([false, false]);
    await one.revoke(token);
    expect(await askAll([one, other], token)).toEqual([true, true]);
  }
  expect((await asking.status()).mode).toBe('database');
});

test('a row that one process prunes is refused by its age in all [R7]', async () => {
  const members = await three();
  const past = anHourAgo();
  await members[0].revoke({ jti: 'old', expiresAt: past });
  await members[0].revoke({ sid: 'grown', expiresAt: past });
  await members[1].revoke({ sid: 'grown', expiresAt });
  expect(await askAll(members, { jti: 'never revoked', expiresAt: past })).toEqual(NONE);
  expect(await members[1].ask('prune')).toBe(1);
  await members[2].revoke({ jti: 'another', expiresAt });
  expect(await askAll(members, { jti: 'old', expiresAt: past })).toEqual(ALL);
  expect(await askAll(members, { jti: 'x', sid: 'grown', expiresAt })).toEqual(ALL);
  expect(await askAll(members, { jti: 'never revoked', expiresAt })).toEqual(NONE);
});

test('the tables lie in a schema of their own, and those of the application stay as they are', async () => {
  const url = await makeDatabase('template0');
  await withDatabase(url, (client) => client.query('CREATE TABLE "User" ("id" int); CREATE TABLE "RevocationState" ("id" int)'));
  const [own] = (await startMembers(url, 1)) as [Member];
  const [other] = (await startMembers(url, 1, { schema: 'tokens_of_another' })) as [Member];
  await own.revoke({ jti: 'a', expiresAt });
  expect(await askAll([own, other], { jti: 'a', expiresAt })).toEqual([true, false]);
  expect(await other.revoke({ jti: 'b', expiresAt })).toMatchObject({ by: 'single-node', nodes: 1 });
  expect(await askAll([own, other], { jti: 'b', expiresAt })).toEqual([false, true]);
  const { rows } = await withDatabase(url, (client) =>
    client.query(
      `SELECT schemaname || '.' || tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
    ),
  );
  const tables = ['BlacklistSetup', 'BlacklistedToken', 'Node', 'RevocationState', 'UserCounter'];
  expect(rows.map(({ name }) => name)).toEqual([
    ...tables.map((name) => `latchkey.${name}`),
    'public.RevocationState',
    'public.User',
    ...tables.map((name) => `tokens_of_another.${name}`),
  ]);
});

test('messages that no process of this blacklist has signed revoke nothing [R24]', async () => {
  const url = await makeDatabase('template0');
  const members = await three(PATIENT, url);
  await askAll(members, { jti: 'a', expiresAt });
  await withDatabase(url, (client) => client.query(`NOTIFY latchkey_revocation, 'AAAAAAAAAAAAAAAAAAAAAA doorbell x [9]'`));
  expect(await members[0].revoke({ jti: 'a', expiresAt })).toMatchObject({ by: 'acknowledged' });
  expect(await askAll(members, { jti: 'b', expiresAt })).toEqual(NONE);
});
