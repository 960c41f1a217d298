/** The schema, the tables of settings, the rules of the protocol and the lock file agree with the code. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { documentedSettings } from '../src/config/settings-table.js';
import { printPublicSchema } from '../src/print-schema.js';
import { missingFrom, missingFromLock, ruleFaults, rulesIn, settingsIn, undescribed } from './support/house/contract.js';
import { readSources } from './support/house/sources.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

/** What clients may rely on. The schema may add to this; it may not remove anything or change a type. */
const CONTRACT = `
  scalar DateTime
  type Query { me: User  session: Session  sessions: [Session!] }
  type Mutation {
    register(input: RegisterInput!): RegisterPayload
    login(input: LoginInput!): LoginPayload
    refreshToken(input: RefreshTokenInput! = {}): RefreshTokenPayload
    logout(input: LogoutInput! = {}): LogoutPayload
    revokeSession(input: RevokeSessionInput!): RevokeSessionPayload
    changePassword(input: ChangePasswordInput!): ChangePasswordPayload
    setUserRoles(input: SetUserRolesInput!): SetUserRolesPayload
    disableUser(input: DisableUserInput!): DisableUserPayload
    enableUser(input: EnableUserInput!): EnableUserPayload
    revokeUserSessions(input: RevokeUserSessionsInput!): RevokeUserSessionsPayload
    revokeAllSessions(input: RevokeAllSessionsInput! = {}): RevokeAllSessionsPayload
  }
  input ChangePasswordInput { currentPassword: String!  newPassword: String!  keepOtherSessions: Boolean! = false }
  input SetUserRolesInput { userId: ID!  roles: [String!]! }
  input DisableUserInput { userId: ID!  reason: String }
  input EnableUserInput { userId: ID!  reason: String }
  input RevokeUserSessionsInput { userId: ID!  reason: String }
  input RevokeAllSessionsInput { reason: String }
  type ChangePasswordPayload {
    accessToken: String  expiresAt: DateTime  refreshToken: String  refreshExpiresAt: DateTime  session: Session
    userErrors: [UserError!]!
  }
  type SetUserRolesPayload { user: User  userErrors: [UserError!]! }
  type DisableUserPayload { user: User  userErrors: [UserError!]! }
  type EnableUserPayload { user: User  userErrors: [UserError!]! }
  type RevokeUserSessionsPayload { user: User  userErrors: [UserError!]! }
  type RevokeAllSessionsPayload { userErrors: [UserError!]! }
  input RegisterInput { email: String!  password: String!  name: String  deviceName: String }
  input LoginInput { email: String!  password: String!  deviceName: String }
  input RefreshTokenInput { refreshToken: String }
  input LogoutInput { scope: LogoutScope! = CURRENT  refreshToken: String }
  input RevokeSessionInput { sessionId: ID! }
  enum LogoutScope { CURRENT OTHERS ALL }
  enum UserErrorCode {
    INVALID_CREDENTIALS EMAIL_TAKEN EMAIL_INVALID PASSWORD_TOO_SHORT PASSWORD_TOO_LONG PASSWORD_TOO_COMMON INVALID_REFRESH_TOKEN NOT_FOUND
  }
  type UserError { code: UserErrorCode!  message: String!  field: [String!] }
  type User { id: ID!  email: String!  name: String  roles: [String!]!  createdAt: DateTime!  disabledAt: DateTime }
  type Session {
    id: ID!  current: Boolean!  deviceName: String  userAgent: String  ipAddress: String
    createdAt: DateTime!  lastUsedAt: DateTime!  expiresAt: DateTime!
  }
  type LoginPayload {
    accessToken: String  expiresAt: DateTime  refreshToken: String  refreshExpiresAt: DateTime  session: Session  user: User
    userErrors: [UserError!]!
  }
  type RegisterPayload {
    accessToken: String  expiresAt: DateTime  refreshToken: String  refreshExpiresAt: DateTime  session: Session  user: User
    userErrors: [UserError!]!
  }
  type RefreshTokenPayload {
    accessToken: String  expiresAt: DateTime  refreshToken: String  refreshExpiresAt: DateTime  session: Session
    userErrors: [UserError!]!
  }
  type LogoutPayload { loggedOutAt: DateTime  endedSessions: Int!  userErrors: [UserError!]! }
  type RevokeSessionPayload { session: Session  userErrors: [UserError!]! }
`;

describe('schema.graphql', () => {
  const schema = buildSchema(read('schema.graphql'));

  test('is what the code serves (`npm run schema` writes it)', async () => {
    expect(read('schema.graphql')).toBe(await printPublicSchema());
  });

  test('keeps the contract', () => {
    expect(missingFrom(schema, CONTRACT)).toEqual([]);
  });

  test('describes everything', () => {
    expect(undescribed(schema)).toEqual([]);
  });
});

test('a break of the contract is found', () => {
  const served = buildSchema(`
    type Query { a(x: Int = 2, must: Int!): String  b: [Int]  d: E }
    input In { y: Int = 3 }
    enum E { ONE }
    scalar C
  `);
  const contract = `type Query { a(x: Int = 1): String!  b: [Int!]  c: Int  d: E } input In { y: Int = 3  z: Int } enum E { ONE TWO } type C { c: Int }`;
  expect(missingFrom(served, contract)).toEqual([
    'Query.a: String!, not String',
    'Query.a.x = 1, not 2',
    'Query.a asks for must',
    'Query.b: [Int!], not [Int]',
    'Query.c',
    'In.z',
    'E.TWO',
    'OBJECT C',
  ]);
  expect(missingFrom(served, 'type Query { d: E } enum E { ONE }')).toEqual([]);
});

test('a missing description is found', () => {
  const bare = buildSchema('type Query { a(x: Int): E } enum E { ONE } input In { y: Int } scalar S');
  expect(undescribed(bare)).toEqual(['Query', 'Query.a', 'Query.a(x)', 'E', 'E.ONE', 'In', 'In.y', 'S']);
  expect(undescribed(buildSchema('"a" type Query { "b" a("c" x: Int): Int }'))).toEqual([]);
});

describe('the tables of docs/settings.md', () => {
  const rows = settingsIn(read('docs/settings.md'));
  const settings = documentedSettings();

  test('list the settings of src/config/settings.ts, with their ranges and defaults (`npm run docs` writes them)', () => {
    expect(settings.length).toBeGreaterThan(30);
    expect(rows.map(([name, values, fallback]) => [name, values, fallback])).toEqual(
      settings.map(({ name, values, fallback }) => [name, values, fallback]),
    );
  });

  test('say what they mean', () => {
    expect(rows.map(([name, , , meaning]) => [name, meaning])).toEqual(settings.map(({ name, meaning }) => [name, meaning]));
  });
});

describe('the rules of docs/internals/protocol.md', () => {
  const rules = rulesIn(read('docs/internals/protocol.md'));

  test('are numbered without a gap', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(rules).toEqual(rules.map((_, index) => `R${index + 1}`));
  });

  test('are each kept by a source and proved by a test, and no others are named', () => {
    const sources = Object.entries(readSources(root, 'src')).filter(([path]) => !path.includes('/generated/'));
    const tests = Object.entries(readSources(root, 'test')).filter(([path]) => path.endsWith('.test.ts'));
    expect(ruleFaults(rules, textsOf(sources), textsOf(tests))).toEqual([]);
  });

  test('that nobody keeps or proves are found, and ids that are no rule', () => {
    const source = '// Keeps R1, and RFC 7009.';
    const title = `test('is so [R1]', () => {});`;
    expect(ruleFaults(['R1'], [source], [title])).toEqual([]);
    expect(ruleFaults(['R1'], [source], [`test.each([1])('is so [R2, R1]', () => 'R7'); // as R3 says`])).toEqual([
      'R2 is no rule',
      'R3 is no rule',
    ]);
    expect(ruleFaults(['R1'], ['// R12'], ["const text = '[R1]';"])).toEqual(['no test proves R1', 'no source keeps R1', 'R12 is no rule']);
  });
});

describe('the lock file', () => {
  const packages = JSON.parse(read('package-lock.json')).packages as Parameters<typeof missingFromLock>[0];

  test('names the binaries of every platform that a package asks for', () => {
    expect(missingFromLock(packages)).toEqual([]);
  });

  test('without one of them is found', () => {
    const locked = {
      'node_modules/a': { optionalDependencies: { 'a-linux': '1', 'a-mac': '1' } },
      'node_modules/a/node_modules/a-linux': {},
    };
    expect(missingFromLock(locked)).toEqual(['a-mac']);
    expect(missingFromLock({ ...locked, 'node_modules/a-mac': {} })).toEqual([]);
  });
});

test('what the documents link to is there', () => {
  const pages = [
    '',
    'docs/',
    'docs/internals/',
    'docs/internals/decisions/',
    'examples/node-script/',
    'examples/web-react/',
    'examples/federation/',
  ].flatMap((folder) =>
    readdirSync(`${root}${folder}`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}${name}`),
  );
  expect(pages).toContain('docs/internals/asvs.md');
  const broken = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
      .map((match) => new URL(match[1] as string, `file://${root}${page}`))
      .filter((target) => !existsSync(target))
      .map((target) => `${page} -> ${target.pathname.slice(root.length)}`),
  );
  expect(broken).toEqual([]);
});

function textsOf(files: readonly (readonly [string, string])[]): string[] {
  return files.map(([, text]) => text);
}
