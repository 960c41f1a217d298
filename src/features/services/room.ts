/** The services room: other services that ask about tokens, and their credentials. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { Logout } from '../sessions/logout.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import { serviceCommands } from './commands.js';
import { ServiceCredentialResolver } from './service-credential.resolver.js';
import { ServiceCredentials } from './service-credentials.js';
import { TokenRevocations } from './token-revocations.js';

interface Below {
  readonly database: Database;
  readonly endings: SessionEndings;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly logouts: Logout;
  readonly reauthentication: Reauthentication;
}

export function openServices(world: World, below: Below) {
  const serviceCredentials = new ServiceCredentials(world, below);
  const tokenRevocations = new TokenRevocations(below);
  return {
    parts: { serviceCredentials, tokenRevocations },
    resolvers: [new ServiceCredentialResolver(serviceCredentials)],
    commands: serviceCommands({ serviceCredentials }),
  };
}
