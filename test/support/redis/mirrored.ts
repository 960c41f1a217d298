/** What a test can observe of a node's mirror from outside. */
import type { Environment } from '../../../src/config/config.js';
import { frozenClock } from '../app/clocks.js';
import { startApp, startNode, type TestApp } from '../app/start-app.js';
import { readFigure } from '../postgresql/lease-nodes.js';
import { borrowDatabase } from '../postgresql/postgresql.js';
import { NameResolver } from '../resolvers/own-resolvers.js';

export const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';

/** Starts a node that checks with this Redis. */
export function startMirrored(settings: Environment): Promise<TestApp> {
  return startApp({ resolvers: [NameResolver], settings });
}

/** Nodes on one PostgreSQL database. Each checks with Redis unless its settings differ. */
export async function startMirroredNodes(...settings: readonly Environment[]): Promise<{ nodes: TestApp[]; url: string }> {
  const url = await borrowDatabase();
  const clock = frozenClock();
  const nodes: TestApp[] = [];
  for (const each of settings) nodes.push(await startNode(url, { clock, resolvers: [NameResolver], settings: each }));
  return { nodes, url };
}

/** Waits until the node trusts the mirror again (or no longer, if `isWhole` is false). */
export async function untilWhole(node: TestApp, isWhole = true): Promise<void> {
  while ((await readFigure(node, 'latchkey_mirror_whole')) !== Number(isWhole));
}

/** How many database operations there were, and how many checks the table answered in place of Redis. */
export async function readCosts(node: TestApp): Promise<{ operations: number; fallbacks: number }> {
  return {
    operations: await readFigure(node, 'latchkey_database_operations_total'),
    fallbacks: await readFigure(node, 'latchkey_mirror_fallbacks_total'),
  };
}
