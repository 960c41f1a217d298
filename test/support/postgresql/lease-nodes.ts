/** Nodes with leases on one database, and what a test can observe of them from outside. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Environment } from '../../../src/config/config.js';
import { frozenClock } from '../app/clocks.js';
import { startNode, type TestApp, type TestOptions } from '../app/start-app.js';
import { NameResolver } from '../resolvers/own-resolvers.js';
import { borrowDatabase, withDatabase } from './postgresql.js';

/** Longer than any test: no answer within it can come from an expired lease. */
export const LONG = { LEASE: '60s' };
const LONG_SECONDS = 60;

export interface LeaseNodes {
  readonly nodes: readonly TestApp[];
  readonly url: string;
}

/** Returns when every node is registered and hears the doorbells (NOTIFY) of the others, if its settings allow it to listen. */
export async function startLeaseNodes(settings: readonly Environment[], options: TestOptions = {}): Promise<LeaseNodes> {
  const url = await borrowDatabase();
  const clock = frozenClock();
  const nodes: TestApp[] = [];
  for (const each of settings) nodes.push(await joinNodes(url, each, { ...options, clock }));
  return { nodes, url };
}

export async function joinNodes(url: string, settings: Environment, options: TestOptions): Promise<TestApp> {
  const node = await startNode(url, { ...options, resolvers: [NameResolver], settings });
  const hears = settings.DOORBELL === 'off' ? 0 : 1;
  const isReady = async () => (await node.app.server.inject({ url: '/readyz' })).statusCode === 200;
  while (!(await isReady()) || (await readFigure(node, 'latchkey_lease_listening')) !== hears);
  // Its first leases are short: a longer T must be on record before (R23).
  const isLong = settings.LEASE === LONG.LEASE && (settings.REVOCATION_CHECK ?? 'lease') === 'lease';
  while (isLong && (await readFigure(node, 'latchkey_lease_seconds')) !== LONG_SECONDS) await isReady();
  return node;
}

/** Reads a metric. It yields one turn to the network, so that a loop of reads does not hold back the answer. */
export async function readFigure({ app }: TestApp, name: string): Promise<number> {
  await nextTurn();
  const { payload } = await app.metrics.inject({ url: '/metrics' });
  return Number(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (\\S+)$`, 'm').exec(payload)?.[1]);
}

/** Asks for a field that needs no database, so that only the check has an effect. */
export async function check({ send }: TestApp, token: string): Promise<string> {
  await nextTurn();
  const { data, errors } = await send('{ ownName }', { token });
  if (data?.ownName === 'nobody') return 'ok';
  const { code, reason } = errors?.[0]?.extensions ?? {};
  return [code, reason].filter((part) => part !== undefined).join(' ');
}

export interface Told {
  readonly endedSessions: number;
  readonly confirmation: { readonly by: string; readonly nodes: number; readonly acknowledged: number; readonly waitedMs: number };
}

export async function logOutTold({ send }: TestApp, token: string): Promise<Told> {
  const { data, errors } = await send('mutation { logout { endedSessions confirmation { by nodes acknowledged waitedMs } } }', { token });
  return data?.logout ?? errors?.[0]?.extensions;
}

/** Adds the row of a node that died without deregistering. */
export async function addDeadNode(url: string, leaseMs: number): Promise<void> {
  await withDatabase(url, (client) =>
    client.query(
      `INSERT INTO "Node" ("id", "renewals", "leaseMs", "acknowledged", "startedAt", "seenAt") VALUES ('dead', 7, $1, 0, now(), now())`,
      [leaseMs],
    ),
  );
}

export async function listNodes(url: string): Promise<string[]> {
  const { rows } = await withDatabase(url, (client) => client.query('SELECT "id" FROM "Node"'));
  return rows.map(({ id }) => id);
}
