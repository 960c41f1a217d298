/** One round of the fault run: nodes, clients that work without pause, faults, then a restart of all nodes and the final checks. */
import { type Random, seededRandom } from '../support/app/random.js';
import type { PostgresqlServer } from '../support/postgresql/postgresql-server.js';
import { FaultClients } from './clients.js';
import type { Operation } from './history.js';
import { findViolations, type Violation } from './history-checker.js';
import { FaultLoad, type LoadRates } from './load.js';
import { startNodes } from './nodes.js';
import { type FaultInterval, injectFaults } from './schedule.js';
import { startServices } from './services.js';
import { NODE_SETTINGS } from './settings.js';

export interface Round {
  readonly seed: number;
  /** How long faults are injected. */
  readonly seconds: number;
  /** The settings of each node, beside those that all share. */
  readonly settings: readonly Readonly<Record<string, string>>[];
  /** The longest lease among them. */
  readonly leaseMs: number;
  readonly rates: LoadRates;
  /** How many services verify tokens with `latchkey/verifier`. */
  readonly services: number;
}

export interface RoundResult {
  readonly history: readonly Operation[];
  readonly faults: readonly FaultInterval[];
  readonly violations: readonly Violation[];
  /** The logs of the nodes that were still running before the last restart. */
  readonly logs: readonly string[];
}

const ASKED_AT_ONCE = 10;
const LAST_TRIES = 100;

/** W of the protocol. */
export function waitMsOf(leaseMs: number): number {
  return 1.03 * leaseMs + 10;
}

export async function runRound(server: PostgresqlServer, round: Round): Promise<RoundResult> {
  const { seed, seconds, settings, leaseMs, rates } = round;
  const nodes = await startNodes(
    server.nodeUrl,
    settings.map((own) => ({ ...NODE_SETTINGS, ...own })),
  );
  const services = await startServices(nodes, round.services, server.url, seededRandom(seed + 2));
  const clients = new FaultClients(nodes, services);
  // Each has its own random numbers, so that the clients' draws do not change the faults.
  const load = new FaultLoad(clients, nodes.length, seededRandom(seed + 1), rates, `round-${seed}`);
  await load.start();
  const random: Random = seededRandom(seed);
  const faults = await injectFaults({ nodes, services, server, load, random, leaseMs }, seconds);
  await load.stop();
  const logs = nodes.map((node) => node.logged());
  for (const each of [...nodes, ...services]) await each.kill();
  await Promise.all([...nodes, ...services].map((each) => each.start()));
  for (const node of nodes) await node.becomeReady();
  clients.isFinal = true;
  await askAll(clients, load);
  for (const service of services) await service.close();
  for (const node of nodes) await node.close();
  return { history: clients.history, faults, violations: findViolations(clients.history, waitMsOf(leaseMs)), logs };
}

/** Checks every session on every node and every service until there is a definite answer. */
async function askAll(clients: FaultClients, { sessions }: FaultLoad): Promise<void> {
  const waiting = [...sessions];
  const work = async () => {
    for (let session = waiting.pop(); session !== undefined; session = waiting.pop()) {
      for (let node = 0; node < clients.checkers; node += 1) {
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
