/** Directed scenarios: fixed faults around a few logouts, where a wrong protocol shows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../support/app/random.js';
import { withDatabase } from '../support/postgresql/postgresql.js';
import type { PostgresqlServer } from '../support/postgresql/postgresql-server.js';
import { type ClientSession, FaultClients } from './clients.js';
import { findViolations, type Violation } from './history-checker.js';
import { SPOILT_DOORBELLS } from './kinds.js';
import { startNodes } from './nodes.js';
import { waitMsOf } from './run.js';
import { endAndAsk, FIRST, LEASE_MS, OTHER, type Scenario, STRUCK } from './scene.js';
import { SERVICE_SCENARIOS } from './service-scenarios.js';
import { startServices } from './services.js';
import { NODE_SETTINGS } from './settings.js';

/** Below the two seconds after which a node gives an answer up as lost. */
const SLOW_MS = 1_300;
/** Two such slow answers take longer than this W. */
const SLOW_LEASE_MS = 1_500;
const TRAFFIC_EVERY_MS = 50;
const NODES_ARE_KNOWN_WITHIN_MS = 60_000;

const SCENARIOS = {
  'a node that is cut off': {
    leaseMs: LEASE_MS,
    async play(scene) {
      const { clients, nodes, bystander } = scene;
      const [one, two] = (await scene.open(2)) as [ClientSession, ClientSession];
      nodes[STRUCK]?.proxy.hold();
      await Promise.all([
        endAndAsk(scene, FIRST, one, 300),
        sleep(100).then(() => endAndAsk(scene, OTHER, one, 300)),
        sleep(200).then(() => endAndAsk(scene, FIRST, two, 300)),
      ]);
      await sleep(LEASE_MS);
      await clients.check(STRUCK, bystander);
      nodes[STRUCK]?.proxy.pass();
      await nodes[STRUCK]?.becomeReady();
      for (const session of [one, two]) for (const node of [FIRST, STRUCK, OTHER]) await clients.check(node, session);
    },
  },
  'a node that is stopped': {
    leaseMs: LEASE_MS,
    async play(scene) {
      const { nodes, clients } = scene;
      const [session] = (await scene.open(1)) as [ClientSession];
      const askAgainAndAgain = () => Promise.all(Array.from({ length: 10 }, () => clients.check(STRUCK, session)));
      // These connections are already open: the node reads them before anything else.
      await askAgainAndAgain();
      nodes[STRUCK]?.signal('SIGSTOP');
      const from = performance.now();
      await clients.logOut(FIRST, session, 'CURRENT');
      // These requests wait in the socket until the process continues.
      const asked = askAgainAndAgain();
      await sleep(Math.max(0, from + 3 * LEASE_MS - performance.now()));
      nodes[STRUCK]?.signal('SIGCONT');
      await asked;
    },
  },
  'a database that is slow to answer': {
    leaseMs: SLOW_LEASE_MS,
    async play(scene) {
      const { nodes } = scene;
      const sessions = await scene.open(5);
      nodes[STRUCK]?.proxy.spoil(SPOILT_DOORBELLS);
      nodes[STRUCK]?.proxy.delay(SLOW_MS, 'down');
      await sleep(2 * SLOW_MS);
      // Staggered, so that each hits a different moment of a refresh.
      await Promise.all(sessions.map((session, index) => sleep(index * 300).then(() => endAndAsk(scene, FIRST, session, SLOW_MS))));
      nodes[STRUCK]?.proxy.pass();
      await nodes[STRUCK]?.becomeReady();
    },
  },
  'a node that was given up and comes back': {
    leaseMs: LEASE_MS,
    async play(scene) {
      const { nodes, clients, bystander, server } = scene;
      const [one, two] = (await scene.open(2)) as [ClientSession, ClientSession];
      nodes[STRUCK]?.signal('SIGSTOP');
      await clients.logOut(FIRST, one, 'CURRENT');
      const until = performance.now() + NODES_ARE_KNOWN_WITHIN_MS;
      while ((await countMembers(server)) > 2 && performance.now() < until) await sleep(100);
      nodes[STRUCK]?.signal('SIGCONT');
      while ((await clients.check(STRUCK, bystander)) !== 'done');
      nodes[STRUCK]?.proxy.spoil(SPOILT_DOORBELLS);
      await endAndAsk(scene, FIRST, two, 300);
      nodes[STRUCK]?.proxy.pass();
    },
  },
  ...SERVICE_SCENARIOS,
} satisfies Record<string, Scenario>;

export type ScenarioName = keyof typeof SCENARIOS;
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as ScenarioName[];

/** Plays a scenario on its own nodes, repeated up to a limit while it finds nothing. @returns the violations found */
export async function playScenario(
  server: PostgresqlServer,
  name: ScenarioName,
  rounds: number,
  commands: { readonly node?: readonly string[]; readonly service?: readonly string[] } = {},
): Promise<readonly Violation[]> {
  const { leaseMs, play, hasService = false }: Scenario = SCENARIOS[name];
  const settings = { ...NODE_SETTINGS, LEASE: `${leaseMs}ms` };
  const nodes = await startNodes(server.nodeUrl, [settings, settings, settings], commands.node);
  const services = await startServices(nodes, hasService ? 1 : 0, server.url, seededRandom(1), commands.service);
  const clients = new FaultClients(nodes, services);
  let user = `scenario-${process.hrtime.bigint()}@example.com`;
  const bystander = (await clients.logIn(FIRST, user, true)) as ClientSession;
  const open = async (howMany: number) => {
    user = `scenario-${process.hrtime.bigint()}@example.com`;
    const opened: (ClientSession | null)[] = [];
    for (let index = 0; index < howMany; index += 1) opened.push(await clients.logIn(FIRST, user, index === 0));
    return opened as ClientSession[];
  };
  let isOver = false;
  const traffic = [...nodes, ...services].map(async ({ index }) => {
    while (!isOver) {
      await clients.check(index, bystander);
      await sleep(TRAFFIC_EVERY_MS);
    }
  });
  let violations: Violation[] = [];
  for (let round = 0; round < rounds && violations.length === 0; round += 1) {
    await play({ clients, nodes, services, server, open, bystander });
    violations = findViolations(clients.history, waitMsOf(leaseMs));
  }
  isOver = true;
  await Promise.all(traffic);
  for (const each of [...services, ...nodes]) await each.close();
  return violations;
}

function countMembers({ url }: PostgresqlServer): Promise<number> {
  return withDatabase(url, async (client) => Number((await client.query('SELECT count(*) FROM "Node"')).rows[0].count));
}
