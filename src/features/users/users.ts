/** Creates, finds and locks users; a transaction learns here whether its user has changed meanwhile. */

import type { Database, Transaction } from '../../database/database.js';
import { isUniqueViolation } from '../../database/failures.js';
import { freshId } from '../../lib/ambient.js';
import { mailboxKeyOf, storedKeysOf, toEmailAddress, trimPasted } from '../../lib/email-address.js';
import { done, failed, type Outcome, type UserFailure } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { emailKeyOf, isName, searchKeyOf } from '../../lib/text-rules.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { PasswordPolicy } from '../passwords/password-policy.js';
import type { Passwords } from '../passwords/passwords.js';
import { findUser, findUsersByEmail, findUserWithSecrets, splitRoles } from './user-statements.js';

export interface User {
  readonly id: string;
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly createdAt: Date;
  readonly emailVerifiedAt: Date | null;
  readonly lastLoginAt: Date | null;
  readonly disabledAt: Date | null;
  readonly disabledReason: string | null;
}

/** A user with the secrets that the password check and `fenceUser` need. */
export interface UserWithSecrets extends User {
  readonly passwordHash: string;
  /** The hash of the password that an administrator made unusable; null for a user who has another password. */
  readonly deadPasswordHash: string | null;
  readonly credentialVersion: number;
  readonly lastLoginAt: Date | null;
}

/** The actor who creates a user. The id is null when users register themselves. */
export interface Creator {
  readonly id: string | null;
  readonly origin: Origin;
}

export interface NewUser {
  readonly email: string;
  readonly password: string;
  readonly name?: string | null | undefined;
  readonly roles?: readonly string[];
}

/** A new user whose input has been checked, with the password hashed. */
export interface UserToInsert extends Omit<NewUser, 'password'> {
  readonly passwordHash: string;
  readonly emailVerifiedAt?: Date;
}

export const USER_NOT_FOUND: UserFailure = { code: 'NOT_FOUND', message: 'There is no such user.' };

export const EMAIL_INVALID: UserFailure = { code: 'EMAIL_INVALID', message: 'This is not an email address.', field: ['input', 'email'] };

/** The columns to omit where the caller needs no secrets. */
export const USER_SECRETS = { passwordHash: true, deadPasswordHash: true, credentialVersion: true } as const;

/**
 * Checks that the credentials that were read before the transaction are still current, and locks the user until it ends.
 * It writes on purpose: on every database, a write waits for another transaction that changes the user.
 *
 * @returns false if the credentials have changed, or the user is disabled or deleted
 */
export async function fenceUser(transaction: Transaction, id: string, credentialVersion: number): Promise<boolean> {
  const { count } = await transaction.user.updateMany({ where: { id, credentialVersion, disabledAt: null }, data: { credentialVersion } });
  return count > 0;
}

/** Locks the user: other transactions that change or lock the user wait for this one. */
export async function lockUser(transaction: Transaction, id: string): Promise<void> {
  await transaction.user.updateMany({ where: { id }, data: { credentialVersion: { increment: 0 } } });
}

/**
 * The key for the address that a user gets. If another user has the mailbox under a key of an earlier version, it is that key: then the
 * database refuses the address as taken.
 */
export async function freeKeyOf(transaction: Transaction, email: string, ownId = ''): Promise<string> {
  const where = { emailKey: { in: [...storedKeysOf(email)] }, id: { not: ownId } };
  const taken = await transaction.user.findFirst({ where, select: { emailKey: true } });
  return taken?.emailKey ?? mailboxKeyOf(email);
}

interface Needs {
  readonly database: Database;
  readonly passwords: Passwords;
  readonly policy: PasswordPolicy;
  readonly audit: Audit;
}

export class Users {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Creates a user.
   *
   * @param by the actor, for the audit trail
   * @param andThen more work for the same transaction
   */
  async create(
    newUser: NewUser,
    by: Creator,
    andThen: (transaction: Transaction, user: User) => Promise<void> = async () => undefined,
  ): Promise<Outcome<UserWithSecrets>> {
    const failures = await this.findFaults(newUser);
    if (failures.length > 0) return failed(...failures);
    const passwordHash = await this.needs.passwords.hash(newUser.password, by.id === null ? by.origin : undefined);
    try {
      const user = await this.needs.database.transaction(async (transaction) => {
        const inserted = await this.insert(transaction, { ...newUser, passwordHash }, by);
        await andThen(transaction, inserted);
        return inserted;
      });
      return done(user);
    } catch (error) {
      if (isUniqueViolation(error))
        return failed({ code: 'EMAIL_TAKEN', message: 'Somebody has registered with this email already.', field: ['input', 'email'] });
      throw error;
    }
  }

  async find(id: string): Promise<User | null> {
    const [row] = await this.needs.database.ask(findUser(id));
    return row === undefined ? null : withRoles(row);
  }

  /** The users with these ids, in any order. */
  async findAll(ids: readonly string[]): Promise<User[]> {
    const rows = await this.needs.database.read((client) =>
      client.user.findMany({ where: { id: { in: [...ids] } }, include: { roles: true }, omit: USER_SECRETS }),
    );
    return rows.map(toUser);
  }

  async findWithSecrets(id: string): Promise<UserWithSecrets | null> {
    const [row] = await this.needs.database.ask(findUserWithSecrets(id));
    return row === undefined ? null : withRoles(row);
  }

  /** It is one statement for an unknown user too: another one for known users would reveal them by its time. */
  async findByEmail(email: string): Promise<UserWithSecrets | null> {
    const keys = storedKeysOf(email);
    if (keys.length === 0) return null;
    // Two users of an earlier version may share a mailbox under two spellings of its domain. Each one is found as the user types it.
    const preferred = [emailKeyOf(trimPasted(email)), ...keys];
    const rows = await this.needs.database.ask(findUsersByEmail(keys));
    const [row] = rows.sort((one, other) => preferred.indexOf(one.emailKey) - preferred.indexOf(other.emailKey));
    return row === undefined ? null : withRoles(row);
  }

  /** Checks the input for a new user, but not whether the address is taken. */
  async findFaults({ email, password, name }: NewUser): Promise<UserFailure[]> {
    const failures: (UserFailure | null)[] = [
      toEmailAddress(email) === null ? EMAIL_INVALID : null,
      await this.needs.policy.findFault(password, { email, name }, ['input', 'password']),
      !name || isName(name)
        ? null
        : { code: 'NAME_INVALID', message: 'Use a name of 1 to 200 characters without control characters.', field: ['input', 'name'] },
    ];
    return failures.filter((failure) => failure !== null);
  }

  /** Inserts a user as part of a transaction, which fails if the address is taken. */
  async insert(
    transaction: Transaction,
    { email: typed, name, roles = [], passwordHash, emailVerifiedAt }: UserToInsert,
    { id: actor, origin }: Creator,
  ): Promise<UserWithSecrets> {
    const email = toEmailAddress(typed) ?? typed;
    const id = freshId(this.world.randomness);
    const createdAt = new Date(this.world.clock.now());
    const row = await transaction.user.create({
      data: {
        id,
        email,
        emailKey: await freeKeyOf(transaction, email),
        name: name || null,
        searchKey: searchKeyOf(email, name || null),
        passwordHash,
        emailVerifiedAt: emailVerifiedAt ?? null,
        createdAt,
        roles: { create: roles.map((role) => ({ role })) },
      },
      include: { roles: true },
    });
    const kind = actor === null ? 'user.registered' : 'user.created';
    await this.needs.audit.record(transaction, { kind, actor: actor ?? id, userId: id, ...origin });
    return toUser(row);
  }
}

/** Reads the user inside a transaction, with the changes of that transaction. */
export async function findUserIn(transaction: Transaction, id: string): Promise<UserWithSecrets | null> {
  const row = await transaction.user.findUnique({ where: { id }, include: { roles: true } });
  return row === null ? null : toUser(row);
}

export function toUser<Row extends { readonly roles: readonly { role: string }[] }>({ roles, ...row }: Row) {
  return { ...row, roles: roles.map(({ role }) => role).sort() };
}

function withRoles<Row extends { readonly roles: string | null }>(row: Row) {
  return { ...row, roles: splitRoles(row.roles) };
}
