/** Directed scenarios around a service that verifies tokens with `latchkey/verifier`: faults of the service, and of its way to the nodes. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientSession } from './clients.js';
import { endAndAsk, FIRST, LEASE_MS, OTHER, type Scenario, type Scene, SERVICE } from './scene.js';
import type { FaultService } from './services.js';

/** Longer than a renewal waits for its answer would make it fail; a lease that begins with the answer outlives W by this much. */
const SLOW_MS = 700;
const SLOW_LEASE_MS = 1_500;

export const SERVICE_SCENARIOS = {
  'a service that is cut off': {
    leaseMs: LEASE_MS,
    hasService: true,
    async play(scene) {
      const { clients, bystander } = scene;
      const { proxy } = serviceOf(scene);
      const [one, two] = (await scene.open(2)) as [ClientSession, ClientSession];
      await clients.check(SERVICE, one);
      await clients.check(SERVICE, two);
      proxy.hold('up', 'down');
      await Promise.all([endAndAsk(scene, FIRST, one, 300, SERVICE), sleep(200).then(() => endAndAsk(scene, OTHER, two, 300, SERVICE))]);
      proxy.pass();
      await untilAccepted(scene, bystander);
      for (const session of [one, two]) await clients.check(SERVICE, session);
    },
  },
  'a service that is stopped': {
    leaseMs: LEASE_MS,
    hasService: true,
    async play(scene) {
      const { clients, bystander } = scene;
      const service = serviceOf(scene);
      const [session] = (await scene.open(1)) as [ClientSession];
      const askAgainAndAgain = () => Promise.all(Array.from({ length: 10 }, () => clients.check(SERVICE, session)));
      // These connections are already open: the service reads them before anything else.
      await askAgainAndAgain();
      service.signal('SIGSTOP');
      const from = performance.now();
      await clients.logOut(FIRST, session, 'CURRENT');
      const asked = askAgainAndAgain();
      await sleep(Math.max(0, from + 3 * LEASE_MS - performance.now()));
      service.signal('SIGCONT');
      await asked;
      await untilAccepted(scene, bystander);
    },
  },
  'a feed whose answers are replayed': {
    leaseMs: LEASE_MS,
    hasService: true,
    async play(scene) {
      const { bystander } = scene;
      const { proxy } = serviceOf(scene);
      const sessions = await scene.open(3);
      await untilAccepted(scene, bystander);
      proxy.loseEvents();
      proxy.play('replay');
      await Promise.all(sessions.map((session, index) => sleep(index * 300).then(() => endAndAsk(scene, FIRST, session, 1_000, SERVICE))));
      proxy.pass();
      await untilAccepted(scene, bystander);
    },
  },
  'a feed that is slow to answer': {
    leaseMs: SLOW_LEASE_MS,
    hasService: true,
    async play(scene) {
      const { bystander } = scene;
      const { proxy } = serviceOf(scene);
      const sessions = await scene.open(5);
      await untilAccepted(scene, bystander);
      proxy.delay(SLOW_MS, 'down');
      await sleep(2 * SLOW_MS);
      // Staggered, so that each hits a different moment of a renewal.
      await Promise.all(
        sessions.map((session, index) => sleep(index * 200).then(() => endAndAsk(scene, FIRST, session, 2 * SLOW_MS, SERVICE))),
      );
      proxy.pass();
      await untilAccepted(scene, bystander);
    },
  },
} satisfies Record<string, Scenario>;

function serviceOf({ services }: Scene): FaultService {
  const [service] = services;
  if (service === undefined) throw new Error('the scenario has no service');
  return service;
}

async function untilAccepted({ clients }: Scene, bystander: ClientSession): Promise<void> {
  while ((await clients.check(SERVICE, bystander)) !== 'done') await sleep(20);
}
