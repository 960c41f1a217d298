/** Users: made, found, disabled. */
import { type Clock, freshId, type Randomness } from '../ambient.js';
import type { Database, Transaction } from '../database/database.js';
import { isUniqueViolation } from '../database/failures.js';
import { done, failed, type Outcome, type UserFailure } from '../errors.js';
import type { Audit } from './audit.js';
import { findPasswordFault } from './password-policy.js';
import type { Passwords } from './passwords.js';
import { emailKeyOf, isEmailAddress, isName } from './text-rules.js';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
}

/** A user with what the password check and the fence of a login need. */
export interface UserWithSecrets extends User {
  readonly passwordHash: string;
  readonly credentialVersion: number;
}

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name?: string | null | undefined;
  readonly roles?: readonly string[];
}

/** The role that may use the administration. */
export const ADMIN_ROLE = 'ADMIN';

type UserRow = Omit<UserWithSecrets, 'roles'> & { roles: { role: string }[] };

export class Users {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /**
   * Makes a user.
   *
   * @param actor who does it, for the audit trail; null when it is the user
   */
  async create(newUser: NewUser, actor: string | null): Promise<Outcome<UserWithSecrets>> {
    const failures = await findFaults(newUser);
    if (failures.length > 0) return failed(...failures);
    const passwordHash = await this.passwords.hash(newUser.password);
    try {
      return done(await this.database.transaction((transaction) => this.#insert(transaction, newUser, passwordHash, actor)));
    } catch (error) {
      if (isUniqueViolation(error))
        return failed({ code: 'EMAIL_TAKEN', message: 'Somebody has registered with this email already.', field: ['input', 'email'] });
      throw error;
    }
  }

  async find(id: string): Promise<User | null> {
    const row = await this.database.read((client) => client.user.findUnique({ where: { id }, include: { roles: true } }));
    return row === null ? null : toUser(row);
  }

  async findByEmail(email: string): Promise<UserWithSecrets | null> {
    if (!isEmailAddress(email)) return null;
    return this.database.read(async (client) => {
      const row = await client.user.findUnique({ where: { emailKey: emailKeyOf(email) } });
      // Asked for an unknown user too: one query more for a known one would tell them apart by time.
      const roles = await client.userRole.findMany({ where: { userId: row?.id ?? '' } });
      return row === null ? null : toUser({ ...row, roles });
    });
  }

  /** The newest users first. */
  async list(limit: number): Promise<User[]> {
    const rows = await this.database.read((client) =>
      client.user.findMany({ include: { roles: true }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit }),
    );
    return rows.map(toUser);
  }

  async #insert(
    transaction: Transaction,
    { email, name, roles = [] }: NewUser,
    passwordHash: string,
    actor: string | null,
  ): Promise<UserWithSecrets> {
    const id = freshId(this.randomness);
    const createdAt = new Date(this.clock.now());
    const row = await transaction.user.create({
      data: {
        id,
        email,
        emailKey: emailKeyOf(email),
        name: name ?? null,
        passwordHash,
        createdAt,
        roles: { create: roles.map((role) => ({ role })) },
      },
      include: { roles: true },
    });
    const kind = actor === null ? 'user.registered' : 'user.created';
    await this.audit.record(transaction, { kind, actor: actor ?? id, userId: id });
    return toUser(row);
  }
}

async function findFaults({ email, password, name }: NewUser): Promise<UserFailure[]> {
  const failures: (UserFailure | null)[] = [
    isEmailAddress(email) ? null : { code: 'EMAIL_INVALID', message: 'This is not an email address.', field: ['input', 'email'] },
    await findPasswordFault(password, ['input', 'password']),
    name == null || isName(name)
      ? null
      : { code: 'NAME_INVALID', message: 'Use a name of 1 to 200 characters without control characters.', field: ['input', 'name'] },
  ];
  return failures.filter((failure) => failure !== null);
}

function toUser({ roles, ...row }: UserRow): UserWithSecrets {
  return { ...row, roles: roles.map(({ role }) => role).sort() };
}
