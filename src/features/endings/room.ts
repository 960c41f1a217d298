/** The endings room: the one place that commits the end of a session (R3). */
import type { Database } from '../../database/database.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import { JointLogouts } from './joint-logouts.js';
import { SessionEndings } from './session-endings.js';

interface Below {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly audit: Audit;
}

export function openEndings(world: World, below: Below) {
  const endings = new SessionEndings(world, below);
  return { parts: { endings, joint: new JointLogouts({ ...below, endings }) }, resolvers: [] };
}
