/** The stage of a directed scenario: three nodes, perhaps a service, sessions, and a bystander whose session lives on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresqlServer } from '../support/postgresql/postgresql-server.js';
import type { ClientSession, FaultClients } from './clients.js';
import type { startNodes } from './nodes.js';
import type { FaultService } from './services.js';

/** The numbers of the nodes, and that of the service if there is one. */
export const [FIRST, STRUCK, OTHER, SERVICE] = [0, 1, 2, 3];
export const LEASE_MS = 3_000;
const ASKED_EVERY_MS = 20;

export interface Scene {
  readonly clients: FaultClients;
  readonly nodes: Awaited<ReturnType<typeof startNodes>>;
  readonly services: readonly FaultService[];
  readonly server: PostgresqlServer;
  /** Opens live sessions; a scenario that ends some opens new ones. */
  open(howMany: number): Promise<ClientSession[]>;
  readonly bystander: ClientSession;
}

export interface Scenario {
  /** Long enough that a busy machine does not miss the moment in which a wrong node accepts. */
  readonly leaseMs: number;
  play(scene: Scene): Promise<void>;
  /** Whether a service takes part, whose number follows those of the nodes. */
  readonly hasService?: boolean;
}

/** Logs out on one node, and checks on the struck one at once and for a while. */
export async function endAndAsk({ clients }: Scene, node: number, session: ClientSession, forMs: number, struck = STRUCK): Promise<void> {
  const outcome = await clients.logOut(node, session, 'CURRENT');
  if (outcome !== 'done') return;
  const asked: Promise<unknown>[] = [];
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(ASKED_EVERY_MS)) {
    asked.push(clients.check(struck, session));
  }
  await Promise.all(asked);
}
