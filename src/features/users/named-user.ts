/** Finds the user that the command line names by id or email, and leaves out secrets before printing. */
import { failed } from '../../lib/errors.js';
import type { User, Users } from './users.js';

/** A user without secrets. */
export type PublicUser = User;

export const NO_SUCH_USER = failed({ code: 'NOT_FOUND', message: 'There is no such user. `latchkey user list` shows them.' });

export async function findNamed(users: Users, name: string): Promise<User | null> {
  return (await users.find(name)) ?? (await users.findByEmail(name));
}

/** Drops the secrets, which `findByEmail` reads as well. */
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
