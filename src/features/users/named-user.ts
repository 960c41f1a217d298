/** A user as the command line names it, by id or email, and as it is shown there. */
import { failed } from '../../lib/errors.js';
import type { User, Users } from './users.js';

/** A user without secrets. */
export type PublicUser = User;

export const NO_SUCH_USER = failed({ code: 'NOT_FOUND', message: 'There is no such user. `latchkey user list` shows them.' });

export async function findNamed(users: Users, name: string): Promise<User | null> {
  return (await users.find(name)) ?? (await users.findByEmail(name));
}

/** What is read has the secrets beside it. */
export function toPublic({
  id,
  email,
  name,
  roles,
  createdAt,
  emailVerifiedAt,
  lastLoginAt,
  disabledAt,
  disabledReason,
}: User): PublicUser {
  return { id, email, name, roles, createdAt, emailVerifiedAt, lastLoginAt, disabledAt, disabledReason };
}
