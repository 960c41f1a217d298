/** One round of the fault run: nodes, clients that work without pause, faults, then a restart of all nodes and the final checks. */
import { type Random, seededRandom } from '../support/app/random.js';
import { POSTGRES_SECRET } from '../support/postgresql/postgresql.js';
import type { PostgresqlServer } from '../support/postgresql/postgresql-server.js';
import { FaultClients } from './clients.js';
import type { Operation } from './history.js';
import { findViolations, type Violation } from './history-checker.js';
import { FaultLoad, type LoadRates } from './load.js';
import { startNodes } from './nodes.js';
import { type FaultInterval, injectFaults } from './schedule.js';

export interface Round {
  readonly seed: number;
  /** How long faults are injected. */
  readonly seconds: number;
  /** The settings of each node, beside those that all share. */
  readonly settings: readonly Readonly<Record<string, string>>[];
  /** The longest lease among them. */
  readonly leaseMs: number;
  readonly rates: LoadRates;
}

export interface RoundResult {
  readonly history: readonly Operation[];
  readonly faults: readonly FaultInterval[];
  readonly violations: readonly Violation[];
  /** The logs of the nodes that were still running before the last restart. */
  readonly logs: readonly string[];
}

export const NODE_SETTINGS = {
  LATCHKEY_SECRET: POSTGRES_SECRET,
  LOG_LEVEL: 'error',
  // Set so high that nothing expires during a round, and no budget is used up.
  ACCESS_TOKEN_TTL: '24h',
  LOGIN_ATTEMPTS: '1000000',
  ADDRESS_ATTEMPTS: '1000000',
};

const ASKED_AT_ONCE = 10;
const LAST_TRIES = 100;

/** W of the protocol. */
export function waitMsOf(leaseMs: number): number {
  return 1.03 * leaseMs + 10;
}

export async function runRound(server: PostgresqlServer, { seed, seconds, settings, leaseMs, rates }: Round): Promise<RoundResult> {
  const nodes = await startNodes(
    server.nodeUrl,
    settings.map((own) => ({ ...NODE_SETTINGS, ...own })),
  );
  const clients = new FaultClients(nodes);
  // Each has its own random numbers, so that the clients' draws do not change the faults.
  const load = new FaultLoad(clients, nodes.length, seededRandom(seed + 1), rates, `round-${seed}`);
  await load.start();
  const random: Random = seededRandom(seed);
  const faults = await injectFaults({ nodes, server, load, random, leaseMs }, seconds);
  await load.stop();
  const logs = nodes.map((node) => node.logged());
  for (const node of nodes) await node.kill();
  await Promise.all(nodes.map((node) => node.start()));
  for (const node of nodes) await node.becomeReady();
  clients.isFinal = true;
  await askAll(clients, load, nodes.length);
  for (const node of nodes) await node.close();
  return { history: clients.history, faults, violations: findViolations(clients.history, waitMsOf(leaseMs)), logs };
}

/** Checks every session on every node until there is a definite answer. */
async function askAll(clients: FaultClients, { sessions }: FaultLoad, nodes: number): Promise<void> {
  const waiting = [...sessions];
  const work = async () => {
    for (let session = waiting.pop(); session !== undefined; session = waiting.pop()) {
      for (let node = 0; node < nodes; node += 1) {
        let outcome = await clients.check(node, session);
        for (let tries = LAST_TRIES; outcome !== 'done' && outcome !== 'revoked'; tries -= 1) {
          if (tries === 0) throw new Error(`node ${node} does not answer after everything was healed: ${outcome}`);
          outcome = await clients.check(node, session);
        }
      }
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
}
