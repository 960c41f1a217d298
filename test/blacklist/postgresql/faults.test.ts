/** `latchkey/blacklist` on PostgreSQL when things break: the database is gone, has lost commits, or can't be used at all. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openBlacklist } from '../../../src/blacklist/open.js';
import { inAnHour } from '../../support/blacklist/blacklists.js';
import { type Member, startMembers } from '../../support/blacklist/members.js';
import { setReadOnly, setUnreachable } from '../../support/postgresql/outages.js';
import { makeDatabase, POSTGRES_URL, urlOf, withDatabase, withServer } from '../../support/postgresql/postgresql.js';

const expiresAt = inAnHour();
const WAIT_MS = 60_000;

/** Asks until the answer is the expected one. */
function eventually(ask: () => Promise<unknown>, expected: unknown): Promise<void> {
  return expect.poll(() => ask().catch((error) => error.failure ?? error.name), { timeout: WAIT_MS, interval: 50 }).toEqual(expected);
}

async function two(url: string): Promise<[Member, Member]> {
  return (await startMembers(url, 2, { leaseMs: 500, logLevel: 'silent' })) as [Member, Member];
}

test('while the database is gone nothing is accepted once the lease is over, and nothing reports success; it comes back by itself [R8]', async () => {
  const url = await makeDatabase('template0');
  const [one, other] = await two(url);
  const token = { jti: 'live', expiresAt };
  await one.revoke({ jti: 'dead', expiresAt });
  expect(await other.isRevoked(token)).toBe(false);
  await setUnreachable(url, true);
  await eventually(() => other.ask('isRevoked', token), 'BlacklistUnavailable');
  await eventually(() => other.ask('isRevoked', { jti: 'dead', expiresAt }), 'BlacklistUnavailable');
  await expect(one.ask('revoke', { jti: 'later', expiresAt })).rejects.toMatchObject({
    failure: expect.stringMatching(/^(?:BlacklistUnavailable|RevocationUnconfirmed)$/),
  });
  await expect(one.ask('counterOf', 'ada')).rejects.toMatchObject({ failure: 'BlacklistUnavailable' });
  await setUnreachable(url, false);
  await eventually(() => other.ask('isRevoked', token), false);
  await eventually(() => one.ask('revoke', { jti: 'later', expiresAt }).then(() => 'revoked'), 'revoked');
  expect(await other.isRevoked({ jti: 'dead', expiresAt })).toBe(true);
  expect(await other.isRevoked({ jti: 'later', expiresAt })).toBe(true);
});

test('a server that takes no writes gives no lease and no success [R8]', async () => {
  const url = await makeDatabase('template0');
  const [one] = await two(url);
  expect(await one.isRevoked({ jti: 'a', expiresAt })).toBe(false);
  await setReadOnly(url, true);
  await eventually(() => one.ask('isRevoked', { jti: 'a', expiresAt }), 'BlacklistUnavailable');
  await expect(one.ask('revoke', { jti: 'a', expiresAt })).rejects.toMatchObject({ failure: 'BlacklistUnavailable' });
  await setReadOnly(url, false);
  await eventually(() => one.ask('isRevoked', { jti: 'a', expiresAt }), false);
});

test('what is watched ends when the process can have no lease [R28]', async () => {
  const url = await makeDatabase('template0');
  const [one] = await two(url);
  await one.ask('watch', { jti: 'a', expiresAt });
  await setUnreachable(url, true);
  await eventually(() => one.ask('watched'), ['unavailable']);
  await setUnreachable(url, false);
});

test('a database that has lost commits gets back what the processes remember, and the counter goes on above it [R25]', async () => {
  const url = await makeDatabase('template0');
  const [one, other] = await two(url);
  await one.revoke({ jti: 'a', sid: 's', expiresAt });
  expect(await one.ask('endUser', ['ada'])).toBe(1);
  expect(await one.ask('endUser', ['ada'])).toBe(2);
  await withDatabase(url, (client) =>
    client.query(
      `BEGIN; DELETE FROM latchkey."BlacklistedToken"; DELETE FROM latchkey."UserCounter"; UPDATE latchkey."RevocationState" SET "version" = 0; COMMIT`,
    ),
  );
  await eventually(() => other.ask('isRevoked', { jti: 'live', expiresAt }), false);
  const [fresh] = (await startMembers(url, 1)) as [Member];
  for (const member of [one, other, fresh]) {
    await eventually(() => member.ask('isRevoked', { jti: 'a', expiresAt }), true);
    await eventually(() => member.ask('isRevoked', { jti: 'x', sid: 's', expiresAt }), true);
    await eventually(() => member.ask('isRevoked', { user: { id: 'ada', counter: 1 }, expiresAt }), true);
    await eventually(() => member.ask('counterOf', 'ada'), 2);
    await eventually(() => member.ask('isRevoked', { user: { id: 'ada', counter: 2 }, expiresAt }), false);
  }
});

test('a database that can not be used is refused with what to do', async () => {
  const refusal = (databaseUrl: string, options = {}) =>
    openBlacklist({ databaseUrl, logLevel: 'silent', ...options }).then(
      () => 'opened',
      (error: Error) => `${error.name}: ${error.message}`,
    );
  const closed = Object.assign(new URL(POSTGRES_URL), { port: '1' }).href;
  expect(await refusal(closed)).toMatch(
    /^BlacklistUnusable: .*ECONNREFUSED.*Start PostgreSQL, or check the host and the port in databaseUrl/s,
  );
  expect(await refusal(urlOf('no_such_database_here'))).toMatch(/^BlacklistUnusable: .*does not exist.*CREATE DATABASE/s);

  const url = await makeDatabase('template0');
  await withDatabase(url, (client) => client.query('CREATE SCHEMA taken; CREATE TABLE taken."Post" (id int)'));
  expect(await refusal(url, { schema: 'taken' })).toMatch(
    /^BlacklistUnusable: The schema taken belongs to something else: it has the tables Post/,
  );

  const role = `blacklist_role_${randomBytes(6).toString('hex')}`;
  await withServer((client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD 'only-for-tests'`));
  onTestFinished(async () => {
    await withDatabase(url, (client) => client.query(`DROP OWNED BY ${role}`));
    await withServer((client) => client.query(`DROP ROLE ${role}`));
  });
  const limited = Object.assign(new URL(url), { username: role, password: 'only-for-tests' }).href;
  const told = await refusal(limited);
  expect(told).toMatch(/^BlacklistUnusable: .*permission denied.*CREATE SCHEMA "latchkey" AUTHORIZATION <role>/s);
  expect(told).not.toContain('only-for-tests');
  await withDatabase(url, (client) => client.query(`CREATE SCHEMA latchkey AUTHORIZATION ${role}`));
  const opened = await openBlacklist({ databaseUrl: limited, logLevel: 'silent' });
  expect(await opened.revoke({ jti: 'a', expiresAt })).toMatchObject({ nodes: 1 });
  await opened.close();
});
