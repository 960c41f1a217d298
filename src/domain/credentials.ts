/** Checks credentials: who is this? Unknown user, wrong password and disabled user get the same answer in the same time. */
import { isTooLong } from './password-policy.js';
import type { Passwords } from './passwords.js';
import type { Users, UserWithSecrets } from './users.js';

export class Credentials {
  constructor(
    private readonly users: Users,
    private readonly passwords: Passwords,
  ) {}

  async check(email: string, password: string): Promise<UserWithSecrets | null> {
    // No password of this kind can have been chosen, whoever the user is, so nothing is given away.
    if (isTooLong(password) || !password.isWellFormed()) return null;
    const user = await this.users.findByEmail(email);
    const matches = await this.passwords.matches(user?.passwordHash ?? null, password);
    return matches && user !== null && user.disabledAt === null ? user : null;
  }
}
