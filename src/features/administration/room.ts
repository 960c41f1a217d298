/** The administration room: administrators and operators manage users. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { PasswordRecovery } from '../accounts/password-recovery.js';
import type { UserDeletion } from '../accounts/user-deletion.js';
import type { Audit } from '../audit/audit.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { Notices } from '../mail/notices.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import { AdministrationResolver } from './administration.resolver.js';
import { listingCommands } from './listing-commands.js';
import { PasswordResets } from './password-resets.js';
import { UserAdministration } from './user-administration.js';
import { userCommands } from './user-commands.js';
import { UserDirectory } from './user-directory.js';
import { UserDirectoryResolver } from './user-directory.resolver.js';

interface Below {
  readonly database: Database;
  readonly audit: Audit;
  readonly trail: AuditTrail;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly users: Users;
  readonly endings: SessionEndings;
  readonly notices: Notices;
  readonly sessions: Sessions;
  readonly reauthentication: Reauthentication;
  readonly deletion: UserDeletion;
  readonly recovery: PasswordRecovery;
}

export function openAdministration(world: World, below: Below) {
  const userAdministration = new UserAdministration(world, below);
  const directory = new UserDirectory(below.database);
  return {
    parts: {},
    resolvers: [new AdministrationResolver(userAdministration), new UserDirectoryResolver({ ...below, directory })],
    commands: {
      ...userCommands({ ...below, userAdministration, passwordResets: new PasswordResets(below) }),
      ...listingCommands(world, { ...below, directory }),
    },
  };
}
