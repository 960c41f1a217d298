/** The random schedule of faults: one after another or on several nodes at once, with rests in between. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DATABASE_FAULTS, type FaultSite, KILLS_NODES, NODE_FAULTS, SERVICE_FAULTS } from './kinds.js';

/** A fault that has happened. */
export interface FaultInterval {
  readonly name: string;
  /** The node or the service, or null for the database. */
  readonly node: number | null;
  readonly from: number;
  readonly to: number;
}

/** In percent, if there are services: how often faults hit them, alone or together with what else is chosen. */
const SERVICE_SHARE = 45;
const TOGETHER_SHARE = 50;
/** In percent: how often a fault hits the database, and how often one, two or three nodes. */
const DATABASE_SHARE = 18;
const ONE_NODE_SHARE = 55;
const TWO_NODES_SHARE = 22;
/** After this many faults there is a rest, in which every node recovers. */
const REST_EVERY = 8;
const REST_LEASES = 4;

/** Injects faults until the time is over; all of them are repaired when it returns. */
export async function injectFaults(site: FaultSite, seconds: number): Promise<FaultInterval[]> {
  const { random, leaseMs } = site;
  const happened: FaultInterval[] = [];
  const until = performance.now() + seconds * 1000;
  await sleep(leaseMs);
  for (let turn = 1; performance.now() < until; turn += 1) {
    await Promise.all(chooseFaults(site).map((fault) => inject(fault, happened)));
    await sleep(random.below(leaseMs));
    if (turn % REST_EVERY === 0) await sleep(REST_LEASES * leaseMs);
  }
  return happened;
}

interface ChosenFault {
  readonly name: string;
  readonly node: number | null;
  readonly happen: () => Promise<void>;
}

function chooseFaults(site: FaultSite): ChosenFault[] {
  const { random, services } = site;
  if (services.length === 0 || random.below(100) >= SERVICE_SHARE) return chooseAmongNodes(site);
  const struck = random.shuffle(services).slice(0, 1 + random.below(services.length));
  const chosen = struck.map((service) => {
    const name = chooseName(site, SERVICE_FAULTS);
    return { name, node: service.index, happen: async () => SERVICE_FAULTS[name]?.(service, site) };
  });
  // A fault that kills a node itself must not meet another one that starts it.
  const isAlone = chosen.some(({ name }) => KILLS_NODES.includes(name)) || random.below(100) >= TOGETHER_SHARE;
  return isAlone ? chosen : [...chosen, ...chooseAmongNodes(site)];
}

function chooseAmongNodes(site: FaultSite): ChosenFault[] {
  const { random, nodes } = site;
  const chance = random.below(100);
  if (chance < DATABASE_SHARE) {
    const name = chooseName(site, DATABASE_FAULTS);
    return [{ name, node: null, happen: async () => DATABASE_FAULTS[name]?.(site) }];
  }
  const howMany = chance < DATABASE_SHARE + ONE_NODE_SHARE ? 1 : chance < DATABASE_SHARE + ONE_NODE_SHARE + TWO_NODES_SHARE ? 2 : 3;
  return random
    .shuffle(nodes)
    .slice(0, howMany)
    .map((node) => {
      const name = chooseName(site, NODE_FAULTS);
      return { name, node: node.index, happen: async () => NODE_FAULTS[name]?.(node, site) };
    });
}

function chooseName({ random }: FaultSite, faults: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(faults);
  return names[random.below(names.length)] as string;
}

async function inject({ name, node, happen }: ChosenFault, happened: FaultInterval[]): Promise<void> {
  const from = performance.now();
  await happen();
  happened.push({ name, node, from, to: performance.now() });
}
