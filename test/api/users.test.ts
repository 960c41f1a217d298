/** Users as an administrator reads them: one, all, or those that a search finds. */
import { expect, test } from 'vitest';
import { ADMIN_EMAIL, startWithAdministrator } from '../support/app/administrators.js';
import { readAll, readPage } from '../support/app/lists.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { failureOf, mutate } from '../support/mutations/mutations.js';

const FIELDS = 'id email name roles createdAt emailVerifiedAt lastLoginAt disabledAt disabledReason';

async function addUser({ app }: TestApp, email: string, name?: string): Promise<void> {
  const made = await app.administration.createUser({ email, password: PASSWORD, ...(name === undefined ? {} : { name }) });
  if (made.kind === 'failed') throw new Error(`${email}: ${made.failures[0]?.message}`);
}

test('an administrator reads a user by id, with what administrators need to know', async () => {
  const app = await startWithAdministrator();
  const { session } = (await mutate(app, 'register', { email: EMAIL, name: 'Ada', password: PASSWORD }, 'session { id } user { id }')).data
    .register;
  expect(session.id).toBeTruthy();
  const [ada] = await readAll(app, { token: app.admin.accessToken, list: 'users', fields: 'id', filter: `search: "${EMAIL}"` });
  const read = async () => (await app.send(`{ user(id: "${ada.id}") { ${FIELDS} } }`, { token: app.admin.accessToken })).data.user;
  const createdAt = new Date(app.clock.now()).toISOString();
  expect(await read()).toEqual({
    id: ada.id,
    email: EMAIL,
    name: 'Ada',
    roles: [],
    createdAt,
    emailVerifiedAt: null,
    lastLoginAt: createdAt,
    disabledAt: null,
    disabledReason: null,
  });
  app.clock.advance(60);
  await app.app.administration.disableUser({ user: EMAIL, reason: 'left' });
  expect(await read()).toMatchObject({
    disabledAt: new Date(app.clock.now()).toISOString(),
    disabledReason: 'left',
    lastLoginAt: createdAt,
  });
});

test('who disables or enables a user is answered the user as it is now, the reason included', async () => {
  const app = await startWithAdministrator();
  await addUser(app, EMAIL);
  const [{ id: userId }] = await readAll(app, { token: app.admin.accessToken, list: 'users', fields: 'id', filter: `search: "${EMAIL}"` });
  const change = async (name: string, reason?: string) => {
    const { data } = await mutate(app, name, { userId, reason }, `user { ${FIELDS} }`, app.admin.accessToken);
    const read = await app.send(`{ user(id: "${userId}") { ${FIELDS} } }`, { token: app.admin.accessToken });
    expect(data[name].user).toEqual(read.data.user);
    return data[name].user.disabledReason;
  };
  expect(await change('disableUser', 'left')).toBe('left');
  expect(await change('disableUser', 'left again')).toBe('left');
  expect(await change('enableUser')).toBe(null);
  expect(await change('disableUser')).toBe(null);
});

test('the last login is the newest one, also in the answer of the login itself', async () => {
  const app = await startWithAdministrator();
  await app.register();
  app.clock.advance(3_600);
  const now = new Date(app.clock.now()).toISOString();
  const { login } = (await mutate(app, 'login', { email: EMAIL, password: PASSWORD }, 'accessToken user { lastLoginAt }')).data;
  expect(login.user.lastLoginAt).toBe(now);
  const { data } = await app.send('{ me { lastLoginAt disabledReason emailVerifiedAt } }', { token: login.accessToken });
  expect(data.me).toEqual({ lastLoginAt: now, disabledReason: null, emailVerifiedAt: null });
});

test('a user of an unknown id is null', async () => {
  const app = await startWithAdministrator();
  for (const id of ['A'.repeat(22), '', '%', '\u0000', '\ud800', 'x'.repeat(10_000)]) {
    const { data, errors } = await app.send('query($id: ID!) { user(id: $id) { id } }', {
      token: app.admin.accessToken,
      variables: { id },
    });
    expect.soft({ data, errors }, id.slice(0, 30)).toEqual({ data: { user: null }, errors: undefined });
  }
});

test('nobody but an administrator reads users, and the answer does not tell whether there are any', async () => {
  const app = await startWithAdministrator();
  const { accessToken } = await app.register();
  const [ada] = await readAll(app, { token: app.admin.accessToken, list: 'users', fields: 'id', filter: `search: "${EMAIL}"` });
  const queries = [
    `user(id: "${ada.id}") { id }`,
    'user(id: "nobody") { id }',
    'users { nodes { id } }',
    'users(first: 0) { nodes { id } }',
  ];
  for (const query of queries) {
    expect.soft(failureOf(await app.send(`{ ${query} }`, { token: accessToken })), query).toBe('FORBIDDEN');
    expect.soft(failureOf(await app.send(`{ ${query} }`)), query).toBe('UNAUTHENTICATED TOKEN_MISSING');
  }
  await app.send('mutation { logout { endedSessions } }', { token: app.admin.accessToken });
  for (const query of queries) {
    expect.soft(failureOf(await app.send(`{ ${query} }`, { token: app.admin.accessToken })), query).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  }
});

/** Emails and names, used to check which search finds which of them. */
const PEOPLE: readonly (readonly [email: string, name?: string])[] = [
  ['ada@example.com', 'Ada Lovelace'],
  ['100%@example.com', 'Grace_Hopper'],
  ['a_b@example.com', 'back\\slash'],
  ['axb@example.com', 'İstanbul ÉCOLE'],
  ['zoë@example.com', 'ﬁ Ａ'],
];

const SEARCHES: readonly (readonly [search: string, found: readonly number[]])[] = [
  ['ada@', [0]],
  ['LOVE', [0]],
  ['lovelace', [0]],
  ['a love', [0]],
  ['%', [1]],
  ['0%@', [1]],
  ['_', [1, 2]],
  ['a_b', [2]],
  ['a%b', []],
  ['\\', [2]],
  ['k\\s', [2]],
  ['\\%', []],
  ['école', [3]],
  ['E\u0301cole', [3]],
  ['ZOË', [4]],
  ['fi a', [4]],
  ['@example.com', [0, 1, 2, 3, 4]],
  ['com\nada', []],
  ['\n', []],
  ['\u0000', []],
  ['\ud800', []],
  ["' OR 1=1 --", []],
  ['*', []],
  ['?', []],
  ['[a-z]', []],
  [' ', [0, 3, 4]],
];

test('a search finds what email or name contains, whatever the case, and takes every character for itself', async () => {
  const app = await startWithAdministrator();
  for (const [email, name] of PEOPLE) await addUser(app, email, name);
  for (const [search, found] of SEARCHES) {
    const { data, errors } = await app.send('query($s: String) { users(search: $s) { nodes { email } } }', {
      token: app.admin.accessToken,
      variables: { s: search },
    });
    expect.soft(errors, JSON.stringify(search)).toBeUndefined();
    const emails = data.users.nodes.map(({ email }: { email: string }) => email).filter((email: string) => email !== ADMIN_EMAIL);
    expect.soft(emails.sort(), JSON.stringify(search)).toEqual(found.map((index) => PEOPLE[index]?.[0]).sort());
  }
});

test('without a text to search for, everybody is found', async () => {
  const app = await startWithAdministrator();
  await app.register();
  for (const filter of ['', 'search: null', 'search: ""']) {
    expect.soft(await readAll(app, { token: app.admin.accessToken, list: 'users', fields: 'id', filter })).toHaveLength(2);
  }
});

test('what a search finds comes in pages, the newest first, in the order of all users', async () => {
  const app = await startWithAdministrator();
  for (let index = 0; index < 9; index += 1) {
    if (index % 3 === 0) app.clock.advance(60);
    await app.register(`${index % 2 ? 'odd' : 'even'}${index}@example.com`);
  }
  const request = { token: app.admin.accessToken, list: 'users', fields: 'email' };
  const all = await readAll(app, request);
  const even = all.filter(({ email }) => email.startsWith('even'));
  expect(even).toHaveLength(5);
  for (const first of [1, 2, 4, 5, 6]) {
    expect.soft(await readAll(app, { ...request, first, filter: 'search: "even"' }), `${first} a page`).toEqual(even);
  }
});

test('a search has at most 254 characters', async () => {
  const app = await startWithAdministrator();
  const search = (length: number) =>
    readPage(app, { token: app.admin.accessToken, list: 'users', fields: 'id', filter: `search: "${'%'.repeat(length)}"` });
  expect((await search(254)).page.nodes).toEqual([]);
  expect(await search(255)).toEqual({ page: null, code: 'BAD_USER_INPUT', message: 'Search for at most 254 characters.' });
  expect((await search(50_000)).code).toBe('BAD_USER_INPUT');
});
