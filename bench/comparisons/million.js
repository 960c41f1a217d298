/** What administrators do on a server with a million users and sessions, and how long everybody else waits for it. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { seedPostgresql, seedSqlite } from '../million/seed.js';
import { latchkey, latchkeyAside, startServer } from '../million/server.js';
import { intervalOf, judge } from '../statistics.js';

const COUNTS = { users: 1_000_000, sessions: 1_000_000, events: 10_000_000 };
const QUICK_COUNTS = { ...COUNTS, events: 1_000_000 };
/** No statement takes longer, but for a search by a part of a text, which stops nobody else. */
const STATEMENT_MS = { atMost: 50 };
const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const ADMIN = 'root@example.org';

export const title = 'A million users and sessions';

/** By name: what is done. Each is done once per round; those in `ONCE` one time only, in this order, at the end. */
const ACTS = {
  'a page of users': ({ ask, admin }) => ask('{ users(first: 20) { edges { node { id } } } }', admin),
  'a search without a hit': ({ ask, admin }) => ask('{ users(first: 20, search: "nobody has this") { edges { node { id } } } }', admin),
  'a page of all events': ({ ask, admin }) => ask('{ auditEvents(first: 20, everyone: true) { edges { node { id } } } }', admin),
  'the state of the server': ({ ask, admin }) => ask('{ serverStatus { liveRevocations } }', admin),
  disableUser: ({ ask, admin }, round) =>
    ask(
      `mutation { disableUser(input: { userId: "U${String(round + 1).padStart(21, '0')}" }) { endedSessions userErrors { code } } }`,
      admin,
    ),
  'setUserRoles of an administrator': async ({ ask, admin, other }, round) =>
    ask(`mutation { setUserRoles(input: { userId: "${other}", roles: ["R${round}"] }) { userErrors { code } } }`, admin),
  'latchkey doctor': ({ settings }) => latchkeyAside(settings, 'doctor'),
};
const ONCE = {
  revokeAllSessions: ({ ask, admin }) => ask('mutation { revokeAllSessions { endedSessions userErrors { code } } }', admin),
  'one pruning after it, which marks rows': ({ settings }) => latchkeyAside(settings, 'blacklist', 'prune'),
};

export async function measure({ rounds, seconds }, tell) {
  const counts = seconds < 2 ? QUICK_COUNTS : COUNTS;
  const figures = [...(await measureOn('SQLite', onSqlite, counts, rounds, tell))];
  if (await answers(POSTGRES_URL)) figures.push(...(await measureOn('PostgreSQL', onPostgresql, counts, rounds, tell)));
  else tell('no PostgreSQL server answers at TEST_POSTGRES_URL');
  const sizes = Object.entries(counts).map(([name, count]) => `${count.toLocaleString('en')} ${name}`);
  return {
    asked: `the built server with ${sizes.join(', ')}; beside each act another user asks \`{ me { id } }\` without a pause`,
    figures,
  };
}

async function measureOn(database, prepare, counts, rounds, tell) {
  const { settings, seed, remove } = await prepare();
  let server;
  try {
    latchkey(settings, 'user', 'create', ADMIN, '--admin', '--password-stdin');
    const other = JSON.parse(latchkey(settings, 'user', 'create', 'second@example.org', '--admin', '--password-stdin', '--json')).id;
    tell(`${database}: seeding`);
    await seed(counts);
    server = await startServer(settings);
    const world = { ...server, settings, other, admin: await server.open('login', ADMIN) };
    const neighbour = await server.open('register', 'neighbour@example.org');
    const found = new Map();
    const note = async (name, act, round) => {
      const { took, waited } = await besideOthers(
        () => act(world, round),
        () => server.ask('{ me { id } }', neighbour),
      );
      tell(`${database}, ${name}: ${took.toFixed(1)} ms, the other waited ${waited.toFixed(1)} ms at most`);
      const lists = found.get(name) ?? { took: [], waited: [] };
      lists.took.push(took);
      lists.waited.push(waited);
      found.set(name, lists);
    };
    for (let round = 0; round < rounds; round += 1) for (const [name, act] of Object.entries(ACTS)) await note(name, act, round);
    for (const [name, act] of Object.entries(ONCE)) await note(name, act, 0);
    return [...found].flatMap(([name, { took, waited }]) => [
      { name: `${database}: ${name}`, unit: 'ms', ...intervalOf(took) },
      withGoal({ name: `${database}: the longest wait of another user beside it`, unit: 'ms', ...intervalOf(waited) }),
    ]);
  } finally {
    await server?.stop();
    await remove();
  }
}

function withGoal(figure) {
  return { ...figure, goal: STATEMENT_MS, verdict: judge(figure, STATEMENT_MS) };
}

/** Runs the act, while somebody else asks again and again until it is over, or has been refused because all sessions ended. */
async function besideOthers(act, ask) {
  let isOver = false;
  let waited = 0;
  const asking = (async () => {
    while (!isOver) {
      const begun = performance.now();
      const isAnswered = await ask().then(
        () => true,
        () => false,
      );
      waited = Math.max(waited, performance.now() - begun);
      if (!isAnswered) return;
    }
  })();
  const begun = performance.now();
  await act();
  const took = performance.now() - begun;
  isOver = true;
  await asking;
  return { took, waited };
}

async function onSqlite() {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  return {
    settings: { DATA_DIR: dataDir },
    seed: async (counts) => seedSqlite(dataDir, counts),
    remove: async () => rmSync(dataDir, { recursive: true, force: true }),
  };
}

async function onPostgresql() {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const name = `latchkey_bench_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(POSTGRES_URL), { pathname: name }).href;
  await onServer(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  return {
    settings: { DATA_DIR: dataDir, DATABASE_URL: url, LATCHKEY_SECRET: randomBytes(32).toString('base64url') },
    seed: (counts) => seedPostgresql(url, counts),
    async remove() {
      await onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function onServer(sql) {
  const client = new pg.Client({ connectionString: POSTGRES_URL });
  await client.connect();
  await client.query(sql);
  await client.end();
}

function answers(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  return client
    .connect()
    .then(() => client.end())
    .then(
      () => true,
      () => false,
    );
}
