/** Ready means that the promise can be kept: the start, `/readyz` and `latchkey doctor` try a revocation on the real database. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { asLimitedRole, cutConnections, untilAvailable } from '../support/postgresql/outages.js';
import { borrowDatabase, makeDatabase, POSTGRES_URL, withDatabase, withServer } from '../support/postgresql/postgresql.js';
import { UNLIMITED } from '../support/postgresql/postgresql-server.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const nameOf = (url: string) => new URL(url).pathname.slice(1);

/** It yields one turn to the network, so that a loop of questions does not hold back the answer of the database. */
async function readiness({ app }: TestApp): Promise<string> {
  await nextTurn();
  const { status, reason } = (await app.server.inject({ url: '/readyz' })).json();
  return reason ?? status;
}

/** A database, and its address for a role that owns nothing and has all rights on the tables. */
async function grantedDatabase(): Promise<{ url: string; roleUrl: string; role: string }> {
  const { url: limited, role } = await asLimitedRole(POSTGRES_URL, UNLIMITED);
  const url = await makeDatabase();
  await withDatabase(url, (client) => client.query(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`));
  await withDatabase(url, (client) => client.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`));
  return { url, roleUrl: Object.assign(new URL(limited), { pathname: nameOf(url) }).href, role };
}

/** What breaks the promise while the database answers every question of the start. */
const BREAKAGES: readonly (readonly [string, string, RegExp])[] = [
  [
    'a trigger that swallows revocations',
    `CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
     CREATE TRIGGER swallowing BEFORE INSERT ON "BlacklistedToken" FOR EACH ROW EXECUTE FUNCTION swallow()`,
    /swallows the row/,
  ],
  [
    'a rule that swallows revocations',
    'CREATE RULE swallow AS ON INSERT TO "BlacklistedToken" DO INSTEAD NOTHING',
    /A logout would not hold/,
  ],
  [
    'a trigger that changes the instant',
    `CREATE FUNCTION shorten() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW."revokedUntil" := now(); RETURN NEW; END';
     CREATE TRIGGER shortening BEFORE INSERT ON "BlacklistedToken" FOR EACH ROW EXECUTE FUNCTION shorten()`,
    /another instant/,
  ],
  [
    'a check at the commit that refuses them',
    `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''not today''; END';
     CREATE CONSTRAINT TRIGGER refusing AFTER INSERT ON "BlacklistedToken" DEFERRABLE INITIALLY DEFERRED
       FOR EACH ROW EXECUTE FUNCTION refuse()`,
    /not today/,
  ],
  [
    'a policy that hides the ends of sessions',
    `ALTER TABLE "BlacklistedToken" ENABLE ROW LEVEL SECURITY;
     CREATE POLICY hiding ON "BlacklistedToken" USING ("kind" <> 'sid') WITH CHECK (true)`,
    /not there when it is read|swallows|row-level security/,
  ],
  ['rows that can not be written', 'REVOKE INSERT ON "BlacklistedToken" FROM ROLE', /permission denied/],
  ['rows that can not be deleted', 'REVOKE DELETE ON "BlacklistedToken" FROM ROLE', /permission denied/],
  ['a state that can not be moved', 'REVOKE UPDATE ON "RevocationState" FROM ROLE', /permission denied/],
];

test.for(BREAKAGES)('a database with %s is refused at the start, with what to do [R4]', async ([, sql, told]) => {
  const { url, roleUrl, role } = await grantedDatabase();
  await withDatabase(url, (client) => client.query(sql.replace('ROLE', role)));
  const failure = await startNode(roleUrl).then(
    () => expect.fail('it started'),
    (error: Error) => error,
  );
  expect(failure.name).toBe('PromiseBroken');
  expect(failure.message).toMatch(/^A logout would not hold on this database: .*Latchkey needs a database of its own/);
  expect(failure.message).toMatch(told);
});

test.for(['lease', 'database'])(
  'in mode %s /readyz and the doctor say what broke after the start, and that it is mended [R8]',
  async (mode) => {
    const { url, roleUrl } = await grantedDatabase();
    const node = await startNode(roleUrl, { settings: { REVOCATION_CHECK: mode } });
    while ((await readiness(node)) !== 'ok');
    await withDatabase(url, (client) => client.query('CREATE RULE swallow AS ON INSERT TO "BlacklistedToken" DO INSTEAD NOTHING'));
    const outcome = await node.app.administration.examine();
    const findings = outcome.kind === 'done' ? outcome.result : [];
    expect(findings.find(({ check }) => check === 'revocation')).toMatchObject({
      isRight: false,
      found: expect.not.stringContaining('\n'),
    });
    expect(await readiness(node)).toContain('a logout would not hold');
    await withDatabase(url, (client) => client.query('DROP RULE swallow ON "BlacklistedToken"'));
    while ((await readiness(node)) !== 'ok');
  },
);

test('a logout whose row is swallowed is never answered as done [R4]', async () => {
  const url = await makeDatabase();
  const node = await startNode(url);
  const { accessToken } = await node.register();
  await withDatabase(url, (client) => client.query('CREATE RULE swallow AS ON INSERT TO "BlacklistedToken" DO INSTEAD NOTHING'));
  expect(await logOut(node, { token: accessToken })).toBe('AUTH_UNAVAILABLE');
  await withDatabase(url, (client) => client.query('DROP RULE swallow ON "BlacklistedToken"'));
  expect(await logOut(node, { token: accessToken })).toBe(1);
  expect(await node.ask(accessToken)).toBe(REVOKED);
});

test('whatever a database has set for its sessions, two nodes migrate it, log in and log out [R22]', async () => {
  const url = await makeDatabase('template0');
  const settings = {
    DateStyle: "'German, DMY'",
    IntervalStyle: 'sql_standard',
    TimeZone: "'Asia/Kathmandu'",
    extra_float_digits: '-15',
    bytea_output: 'escape',
    default_transaction_isolation: 'serializable',
    default_transaction_deferrable: 'on',
    lock_timeout: "'1ms'",
    statement_timeout: "'1s'",
    idle_in_transaction_session_timeout: "'1s'",
    standard_conforming_strings: 'off',
    row_security: 'off',
  };
  for (const [name, value] of Object.entries(settings)) {
    await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} SET ${name} = ${value}`));
  }
  const [one, two] = [await startNode(url), await startNode(url)];
  const [dead, live] = [await one.register(), await two.login()];
  expect(await logOut(one, { token: dead.accessToken })).toBe(1);
  for (const node of [one, two]) {
    expect(await untilAvailable(() => node.ask(dead.accessToken))).toBe(REVOKED);
    expect(await node.ask(live.accessToken)).toBe('ok');
    expect(await readiness(node)).toBe('ok');
  }
  const { rows } = await withDatabase(url, (client) =>
    client.query('SELECT abs(extract(epoch FROM "revokedAt" - (SELECT max("at") FROM "AuditEvent")))::int AS off FROM "BlacklistedToken"'),
  );
  expect(rows).toEqual([{ off: 0 }]);
});

test('a server that may lose what it has committed is not ready any more', async () => {
  const url = await makeDatabase();
  const node = await startNode(url, { settings: { REVOCATION_CHECK: 'database' } });
  await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = off`));
  await cutConnections(url);
  while ((await readiness(node)) === 'ok');
});

test('a trial moves neither the log nor the generation, and leaves no row [R5]', async () => {
  const url = await borrowDatabase();
  const node = await startNode(url);
  const read = () =>
    withDatabase(url, async (client) => [
      (await client.query('SELECT "version", "generation", "prunedBefore" FROM "RevocationState"')).rows,
      (await client.query('SELECT * FROM "BlacklistedToken"')).rows,
    ]);
  const before = await read();
  const other = await startNode(url);
  for (const each of [node, other]) await each.app.administration.examine();
  expect(await read()).toEqual(before);
});

test('trials beside logouts find nothing wrong, and no logout fails for them [R5]', async () => {
  const url = await borrowDatabase();
  const [one, two] = [await startNode(url), await startNode(url)];
  const first = await one.register();
  const sessions = [first, ...(await Promise.all(Array.from({ length: 11 }, () => two.login())))];
  const examine = async ({ app }: TestApp) => {
    const outcome = await app.administration.examine();
    return outcome.kind === 'done' && outcome.result.every(({ check, isRight }) => check !== 'revocation' || isRight);
  };
  const findings = Promise.all(Array.from({ length: 6 }, (_, index) => examine(index % 2 === 0 ? one : two)));
  const logouts = await Promise.all(sessions.map(({ accessToken }, index) => logOut(index % 2 === 0 ? one : two, { token: accessToken })));
  expect(logouts).toEqual(sessions.map(() => 1));
  expect(await findings).toEqual(Array(6).fill(true));
});

const SCHEMA_FAULTS: readonly (readonly [string, string, RegExp])[] = [
  ['no right to create tables in public', 'REVOKE CREATE ON SCHEMA public FROM PUBLIC', /permission denied for schema public.*OWNER/],
  ['no right to use public', 'REVOKE ALL ON SCHEMA public FROM PUBLIC', /no schema to work in.*USAGE and CREATE/],
  [
    "another program's migrations",
    'CREATE TABLE _prisma_migrations (step int)',
    /column "migration_name" does not exist\. Another program/,
  ],
];

test.for(SCHEMA_FAULTS)('an empty database with %s is refused in one message', async ([, sql, told]) => {
  const { url: limited } = await asLimitedRole(POSTGRES_URL, UNLIMITED);
  const url = await makeDatabase('template0');
  await withDatabase(url, (client) => client.query(sql));
  const failure = await startNode(Object.assign(new URL(limited), { pathname: nameOf(url) }).href).then(
    () => expect.fail('it started'),
    (error: Error) => error,
  );
  expect(failure.message).toMatch(told);
  expect(failure.message).not.toContain('\n');
});

test('a database whose tables are not all there is refused in one message', async () => {
  const url = await makeDatabase();
  await withDatabase(url, (client) => client.query('DROP TABLE "BlacklistedToken"'));
  const failure = await startNode(url).then(
    () => expect.fail('it started'),
    (error: Error) => error,
  );
  expect(failure.message).toContain('BlacklistedToken');
  expect(failure.message).not.toContain('\n');
});

test.for(['BlacklistedToken', 'AuditEvent', 'RevocationState'])(
  'a trigger on %s that comes while the server runs, and swallows rows, makes no logout a success [R4]',
  async (table) => {
    const url = await makeDatabase();
    const app = await startNode(url);
    const { accessToken } = await app.register();
    await withDatabase(url, (client) =>
      client.query(`CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER swallowing BEFORE INSERT OR UPDATE ON "${table}" FOR EACH ROW EXECUTE FUNCTION swallow()`),
    );
    expect(await logOut(app, { token: accessToken })).toBe('AUTH_UNAVAILABLE');
    await withDatabase(url, (client) => client.query(`DROP TRIGGER swallowing ON "${table}"`));
    expect(await app.ask(accessToken)).toBe('ok');
    expect(await logOut(app, { token: accessToken })).toBe(1);
    expect(await app.ask(accessToken)).toBe(REVOKED);
  },
);
