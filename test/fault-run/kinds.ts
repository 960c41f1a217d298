/** Faults of a node, of its network to the database, and of the database; each is repaired when its function returns. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/app/random.js';
import { cutConnections, cutListeners, limitConnections, setReadOnly } from '../support/postgresql/outages.js';
import { type PostgresqlServer, UNLIMITED } from '../support/postgresql/postgresql-server.js';
import type { FaultLoad } from './load.js';
import type { FaultNode } from './nodes.js';
import type { FaultService } from './services.js';

export interface FaultSite {
  readonly nodes: readonly FaultNode[];
  /** Services that check tokens with `latchkey/verifier`. */
  readonly services: readonly FaultService[];
  readonly server: PostgresqlServer;
  readonly load: FaultLoad;
  readonly random: Random;
  /** T of the lease: protocol errors show within it, at its end, and long after it. */
  readonly leaseMs: number;
}

type NodeFault = (node: FaultNode, site: FaultSite) => Promise<void>;
type DatabaseFault = (site: FaultSite) => Promise<void>;
type ServiceFault = (service: FaultService, site: FaultSite) => Promise<void>;

/** Replaces the nodes' doorbells with texts of the same length that they do not understand. */
export const SPOILT_DOORBELLS = { 'doorbell ': 'doorbelX ' };
export const SPOILT_ACKNOWLEDGEMENTS = { 'acknowledged ': 'acknowledgeX ' };
const SPOILT_BOTH = { ...SPOILT_DOORBELLS, ...SPOILT_ACKNOWLEDGEMENTS };
/** Below the two seconds after which a statement without an answer fails. */
const SLOWEST_MS = 1_900;
/** About as long as a logout takes, so that a kill within it comes before, during or after the commit. */
const AMID_MS = 40;

export const NODE_FAULTS: Readonly<Record<string, NodeFault>> = {
  async stopped(node, site) {
    node.signal('SIGSTOP');
    await pause(site);
    node.signal('SIGCONT');
  },
  async killed(node, site) {
    await node.kill();
    await sleep(site.random.below(site.leaseMs));
    await node.start();
  },
  async 'killed amid logouts'(node, { load, random, leaseMs }) {
    const until = performance.now() + leaseMs;
    while (load.logoutsUnderWay === 0 && performance.now() < until) await sleep(1);
    await sleep(random.below(AMID_MS));
    await node.kill();
    await node.start();
  },
  async terminated(node) {
    await node.stop();
    await node.start();
  },
  async 'cut off, delivered late'({ proxy }, site) {
    proxy.hold();
    await pause(site);
    proxy.pass();
  },
  async 'cut off, then reset'({ proxy }, site) {
    proxy.hold();
    await pause(site);
    proxy.reset();
    proxy.pass();
  },
  async reset({ proxy }) {
    proxy.reset();
  },
  async slow({ proxy }, site) {
    proxy.delay(30 + site.random.below(SLOWEST_MS));
    await pause(site);
    proxy.pass();
  },
  async 'slow to answer'({ proxy }, site) {
    proxy.delay(30 + site.random.below(SLOWEST_MS), 'down');
    await pause(site);
    proxy.pass();
  },
  async 'deaf: nothing comes from the database'({ proxy }, site) {
    proxy.hold('down');
    await pause(site);
    proxy.pass();
  },
  async 'mute: nothing reaches the database'({ proxy }, site) {
    proxy.hold('up');
    await pause(site);
    proxy.pass();
  },
  async 'doorbells and acknowledgements lost'({ proxy }, site) {
    proxy.spoil(SPOILT_BOTH);
    await pause(site);
    proxy.pass();
  },
};

export const DATABASE_FAULTS: Readonly<Record<string, DatabaseFault>> = {
  'database restarted': (site) => restart(site, 'fast'),
  'database crashed': (site) => restart(site, 'immediate'),
  'all connections cut': ({ server }) => cutConnections(server.url),
  async 'listeners cut again and again'({ server, random }) {
    for (let left = 4 + random.below(8); left > 0; left -= 1) {
      await cutListeners(server.url);
      await sleep(random.below(200));
    }
  },
  async 'database takes no writes'(site) {
    await setReadOnly(site.server.url, true);
    await pause(site);
    await setReadOnly(site.server.url, false);
  },
  async 'no connections left'(site) {
    const { url, role } = site.server;
    await limitConnections(url, role, site.random.below(6));
    await pause(site);
    await limitConnections(url, role, UNLIMITED);
  },
  async 'database cut off from all'(site) {
    for (const { proxy } of site.nodes) proxy.hold();
    await pause(site);
    for (const { proxy } of site.nodes) proxy.pass();
  },
};

const KILL_ISSUER = 'the node killed between its statement and its answer';
/** The faults of services that also start and stop nodes. */
export const KILLS_NODES: readonly string[] = [KILL_ISSUER];

/** Faults of a service, and of its way to the nodes. */
export const SERVICE_FAULTS: Readonly<Record<string, ServiceFault>> = {
  async 'service stopped'(service, site) {
    service.signal('SIGSTOP');
    await pause(site);
    service.signal('SIGCONT');
  },
  async 'service killed'(service, { random, leaseMs }) {
    await service.kill();
    await sleep(random.below(leaseMs));
    await service.start();
  },
  async 'service cut off'({ proxy }, site) {
    proxy.hold('up', 'down');
    await pause(site);
    if (site.random.below(2) === 0) proxy.reset();
    proxy.pass();
  },
  async 'service deaf: no answer comes from the nodes'({ proxy }, site) {
    proxy.hold('down');
    await pause(site);
    proxy.pass();
  },
  async 'service mute: no request reaches the nodes'({ proxy }, site) {
    proxy.hold('up');
    await pause(site);
    proxy.pass();
  },
  async 'slow feed'({ proxy }, site) {
    proxy.delay(30 + site.random.below(SLOWEST_MS), ...(site.random.below(2) === 0 ? (['down'] as const) : (['up', 'down'] as const)));
    await pause(site);
    proxy.pass();
  },
  async 'renewals doubled'({ proxy }, site) {
    proxy.play('double');
    await pause(site);
    proxy.pass();
  },
  async 'events lost'({ proxy }, site) {
    proxy.loseEvents();
    await pause(site);
    proxy.pass();
  },
  async 'answers replayed'({ proxy }, site) {
    if (site.random.below(2) === 0) proxy.loseEvents();
    proxy.play('replay');
    await pause(site);
    proxy.pass();
  },
  async [KILL_ISSUER]({ proxy }, site) {
    proxy.play('kill');
    await pause(site);
    proxy.pass();
    await Promise.all(site.nodes.map((node) => node.revive()));
  },
};

/** If the server is not ours to restart, all connections break at once instead. */
async function restart({ server, nodes }: FaultSite, mode: 'fast' | 'immediate'): Promise<void> {
  if (server.restart !== null) return server.restart(mode);
  for (const { proxy } of nodes) proxy.reset();
  await cutConnections(server.url);
}

/** Waits for T/2, T or 3T. */
async function pause({ random, leaseMs }: FaultSite): Promise<void> {
  await sleep(leaseMs * ([0.5, 1, 3][random.below(3)] as number));
}
