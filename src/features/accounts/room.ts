/** The accounts room: users register, recover or change their password and address, and delete themselves. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { MailCodes } from '../mail/mail-codes.js';
import type { Notices } from '../mail/notices.js';
import type { Outbox } from '../mail/outbox.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import type { Reauthentication } from '../sessions/reauthentication.js';
import type { Sessions } from '../sessions/sessions.js';
import type { TokenMint } from '../tokens/token-mint.js';
import type { Credentials } from '../users/credentials.js';
import type { Users } from '../users/users.js';
import { EmailResolver } from './email.resolver.js';
import { EmailChanges } from './email-changes.js';
import { EmailConfirmationResolver } from './email-confirmation.resolver.js';
import { EmailVerifications } from './email-verifications.js';
import { OwnUserResolver } from './own-user.resolver.js';
import { PasswordChanges } from './password-changes.js';
import { PasswordRecovery } from './password-recovery.js';
import { PasswordRecoveryResolver } from './password-recovery.resolver.js';
import { RegistrationResolver } from './registration.resolver.js';
import { Registrations } from './registrations.js';
import { UserDeletion } from './user-deletion.js';

interface Below {
  readonly database: Database;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly users: Users;
  readonly credentials: Credentials;
  readonly endings: SessionEndings;
  readonly outbox: Outbox;
  readonly notices: Notices;
  readonly codes: MailCodes;
  readonly mint: TokenMint;
  readonly sessions: Sessions;
  readonly reauthentication: Reauthentication;
}

export function openAccounts(world: World, below: Below) {
  const deletion = new UserDeletion(below);
  const recovery = new PasswordRecovery(world, below);
  const verifications = new EmailVerifications(world, below);
  const changes = new EmailChanges(world, below);
  const passwordChanges = new PasswordChanges(world, below);
  return {
    parts: { deletion, recovery },
    resolvers: [
      new RegistrationResolver(new Registrations(world, { ...below, verifications })),
      new PasswordRecoveryResolver(recovery),
      new EmailConfirmationResolver(verifications, changes),
      new EmailResolver(verifications, changes),
      new OwnUserResolver({ ...below, passwordChanges, deletion }),
    ],
  };
}
