/** The services room: other services that ask about tokens, and their credentials. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import { serviceCommands } from './commands.js';
import { ServiceCredentials } from './service-credentials.js';

interface Below {
  readonly database: Database;
  readonly endings: SessionEndings;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly reauthentication: Reauthentication;
}

export function openServices(world: World, below: Below) {
  const serviceCredentials = new ServiceCredentials(world, below);
  return { parts: { serviceCredentials }, resolvers: [], commands: serviceCommands({ serviceCredentials }) };
}
