/** The operations room: shows operators and administrators the state of the server. */
import type { Database } from '../../database/database.js';
import type { LeaseNode } from '../../revocation/lease/lease-node.js';
import type { LiveConnections } from '../../revocation/live-connections.js';
import type { Mirror } from '../../revocation/redis/mirror.js';
import type { MirrorTable } from '../../revocation/redis/mirror-table.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { Trial } from '../../revocation/trial.js';
import type { World } from '../../world.js';
import type { Delivery } from '../mail/delivery.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import { operationCommands } from './commands.js';
import { Examination } from './examination.js';
import { NodeExamination } from './node-examination.js';
import { ServerOverview } from './server-overview.js';
import { ServerStatusResolver } from './server-status.resolver.js';

interface Below {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly connections: LiveConnections;
  /** Null where there is one node only. */
  readonly node: LeaseNode | null;
  /** Null without Redis. */
  readonly mirror: Mirror | null;
  readonly mirrorTable: MirrorTable;
  readonly trial: Trial;
  readonly keys: SigningKeys;
  readonly delivery: Delivery;
}

export function openOperations(world: World, below: Below) {
  const { node } = below;
  const nodes = node === null ? null : new NodeExamination(world, { ...below, node });
  const examination = new Examination(world, { ...below, nodes });
  return {
    parts: {},
    resolvers: [new ServerStatusResolver(new ServerOverview(world, below))],
    commands: operationCommands(world, { ...below, examination }),
  };
}
