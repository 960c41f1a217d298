/** The findings of `latchkey doctor` for operators of several nodes. */
import { expect, test } from 'vitest';
import type { Finding } from '../../src/features/operations/finding.js';
import { frozenClock } from '../support/app/clocks.js';
import { startNode, type TestApp, type TestOptions } from '../support/app/start-app.js';
import { addDeadNode } from '../support/postgresql/lease-nodes.js';
import { cutConnections, setReadOnly, untilAvailable } from '../support/postgresql/outages.js';
import { borrowDatabase, makeDatabase, withDatabase, withServer } from '../support/postgresql/postgresql.js';

/** A frozen clock at the time of the machine, which PostgreSQL also uses. */
const clock = () => frozenClock(Date.now());

async function start(url: string, options: TestOptions = {}): Promise<TestApp> {
  const node = await startNode(url, { clock: clock(), ...options });
  while ((await node.app.server.inject({ url: '/readyz' })).statusCode !== 200);
  return node;
}

async function examine({ app }: TestApp): Promise<Record<string, Finding | undefined>> {
  const outcome = await app.administration.examine();
  if (outcome.kind !== 'done') throw new Error('no findings');
  return Object.fromEntries(outcome.result.map((finding) => [finding.check, finding]));
}

const nameOf = (url: string) => new URL(url).pathname.slice(1);

test('on a healthy server nothing is wrong, and all of it is told', async () => {
  const node = await start(await borrowDatabase());
  const findings = await examine(node);
  expect(Object.values(findings).filter((finding) => finding?.isRight === false)).toEqual([]);
  expect(findings.PostgreSQL?.found).toMatch(/^\d+(\.\d+)?.*, a primary that takes writes$/);
  expect(findings.durability?.found).toMatch(/^synchronous_commit=on, fsync=(on|off), full_page_writes=/);
  expect(findings.connections?.found).toMatch(/^\d+ of \d+ in use; .* 16, 16 each if all/);
  expect(findings.nodes?.found).toBe('1 on record');
  expect(findings.doorbells?.found).toBe('they are heard');
});

test('doorbells that are off are told of, and are right', async () => {
  const { doorbells } = await examine(await start(await borrowDatabase(), { settings: { DOORBELL: 'off' } }));
  expect(doorbells).toMatchObject({ isRight: true, found: expect.stringMatching(/^off: a logout waits/) });
});

test('a server that takes no writes any more is wrong', async () => {
  const url = await makeDatabase();
  const node = await start(url);
  await setReadOnly(url, true);
  const { PostgreSQL, database } = await untilAvailable(() => examine(node));
  expect(PostgreSQL).toMatchObject({
    isRight: false,
    found: expect.stringMatching(/it takes no writes$/),
    advice: expect.stringContaining('primary'),
  });
  expect(database?.isRight).toBe(false);
});

test('a role that may not have as many connections as the nodes may take is wrong', async () => {
  const url = await makeDatabase();
  const node = await start(url);
  await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} CONNECTION LIMIT 15`));
  const { connections } = await examine(node);
  expect(connections).toMatchObject({
    isRight: false,
    found: expect.stringMatching(/^\d+ of 15 in use; .* 16,/),
    advice: expect.stringContaining('DATABASE_POOL_SIZE'),
  });
});

test('a node that died while no other one ran is named', async () => {
  const url = await borrowDatabase();
  await addDeadNode(url, 2_000);
  await withDatabase(url, (client) => client.query(`UPDATE "Node" SET "seenAt" = timezone('UTC', now()) - interval '4 minutes'`));
  const { nodes } = await examine(await start(url));
  expect(nodes).toMatchObject({ isRight: false, found: expect.stringMatching(/^2 on record; .*: dead$/) });
});

test('a wall clock further from the database than the tolerance is wrong, and one within it is not', async () => {
  const url = await borrowDatabase();
  const own = clock();
  const node = await start(url, { clock: own, settings: { CLOCK_TOLERANCE: '30s' } });
  own.advance(-20);
  expect((await examine(node))['two clocks']).toMatchObject({ isRight: true, found: expect.stringMatching(/^(19|2\d)\d{3} ms behind/) });
  own.advance(80);
  expect((await examine(node))['two clocks']).toMatchObject({
    isRight: false,
    found: expect.stringMatching(/^\d{5} ms ahead of/),
    advice: expect.stringContaining('CLOCK_TOLERANCE (30s)'),
  });
});

test('a server that may forget its commits is wrong, also when it was told so after the start', async () => {
  const url = await makeDatabase();
  const node = await start(url);
  await withServer((client) => client.query(`ALTER DATABASE ${nameOf(url)} SET synchronous_commit = off`));
  await cutConnections(url);
  const { durability } = await untilAvailable(() => examine(node));
  expect(durability).toMatchObject({ isRight: false, advice: expect.stringContaining('Turn synchronous_commit on') });
});
