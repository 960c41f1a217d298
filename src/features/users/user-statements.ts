/** The hot statements on users: the look-ups of a login and of `me`, and the roles for a refresh. */
import type { User as UserRow } from '../../database/generated/client.js';
import { type Columns, join, namesOf, type Sql, type Statement, sql, statement } from '../../database/statement.js';

/** The columns of a user that anybody who may see the user may see. */
const SHOWN = {
  id: 'text',
  email: 'text',
  name: 'text',
  emailVerifiedAt: 'instant',
  createdAt: 'instant',
  lastLoginAt: 'instant',
  disabledAt: 'instant',
  disabledReason: 'text',
} as const satisfies Partial<Columns<UserRow>>;

const ALL: Columns<UserRow> = {
  ...SHOWN,
  emailKey: 'text',
  searchKey: 'text',
  passwordHash: 'text',
  deadPasswordHash: 'text',
  credentialVersion: 'integer',
};

/** The names of the roles, with a blank between them: no name contains one. Null without a role. */
interface Roles {
  readonly roles: string | null;
}

const ROLES: Columns<Roles> = { roles: 'text' };

type ShownRow = Pick<UserRow, keyof typeof SHOWN> & Roles;
type SecretRow = UserRow & Roles;

/** The roles of the user whose id this is, for a list of `SELECT`. */
export function rolesOf(userId: Sql): Sql {
  return sql`(SELECT STRING_AGG("role", ' ') FROM "UserRole" WHERE "UserRole"."userId" = ${userId}) AS "roles"`;
}

export function splitRoles(roles: string | null): string[] {
  return roles === null ? [] : roles.split(' ').sort();
}

export function findUser(id: string): Statement<ShownRow> {
  return statement<ShownRow>({ ...SHOWN, ...ROLES }, sql`SELECT ${namesOf(SHOWN)}, ${rolesOf(sql`"id"`)} FROM "User" WHERE "id" = ${id}`);
}

export function findUserWithSecrets(id: string): Statement<SecretRow> {
  return withSecrets(sql`"id" = ${id}`);
}

export function findUsersByEmail(keys: readonly string[]): Statement<SecretRow> {
  return withSecrets(sql`"emailKey" IN (${join([...keys])})`);
}

function withSecrets(condition: Sql): Statement<SecretRow> {
  return statement<SecretRow>({ ...ALL, ...ROLES }, sql`SELECT ${namesOf(ALL)}, ${rolesOf(sql`"id"`)} FROM "User" WHERE ${condition}`);
}
