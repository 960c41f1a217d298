/** The services room: other services that ask about tokens, and their credentials. */
import type { Database } from '../../database/database.js';
import type { Feed } from '../../revocation/feed/feed.js';
import type { Members } from '../../revocation/open.js';
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
import { Verifiers } from './verifiers.js';

interface Below {
  readonly database: Database;
  readonly endings: SessionEndings;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly logouts: Logout;
  readonly reauthentication: Reauthentication;
  readonly members: Members;
  readonly feed: Feed;
}

export function openServices(world: World, below: Below) {
  const verifiers = new Verifiers(world, below);
  const serviceCredentials = new ServiceCredentials(world, { ...below, verifiers });
  const tokenRevocations = new TokenRevocations(below);
  return {
    parts: { serviceCredentials, tokenRevocations, verifiers },
    resolvers: [new ServiceCredentialResolver(serviceCredentials)],
    commands: serviceCommands({ serviceCredentials }),
  };
}
