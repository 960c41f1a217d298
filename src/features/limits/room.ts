/** The limits room: how often a client may try passwords and codes, register, refresh, or request mails. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import { AttemptCounts } from './attempt-counts.js';
import { AttemptLimits } from './attempt-limits.js';

export function openLimits(world: World, { database }: { readonly database: Database }) {
  const limits = new AttemptLimits(world, { counts: new AttemptCounts(world, { database }) });
  return { parts: { limits }, resolvers: [], prune: () => limits.prune() };
}
