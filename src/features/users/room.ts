/** The users room: users and the check of their credentials. */
import type { Database } from '../../database/database.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { Credentials } from './credentials.js';
import { UserResolver } from './user.resolver.js';
import { Users } from './users.js';

interface Below {
  readonly database: Database;
  readonly audit: Audit;
  readonly limits: AttemptLimits;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
}

export function openUsers(world: World, below: Below) {
  const users = new Users(world, below);
  const credentials = new Credentials({ ...below, users });
  return { parts: { users, credentials }, resolvers: [new UserResolver(users)] };
}
