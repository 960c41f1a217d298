/** FEDERATION=on: what the server says of itself as a subgraph, and which entities it resolves for whom. */
import { composeServices } from '@theguild/federation-composition';
import { buildSchema, parse } from 'graphql';
import { expect, test } from 'vitest';
import { makeAdministrator, startWithAdministrator } from '../support/app/administrators.js';
import { startApp } from '../support/app/start-app.js';
import { countDatabaseWork } from '../support/database/database-work.js';
import { ENTITIES, startSubgraph } from '../support/federation/routers.js';

const SDL = '{ _service { sdl } }';

const ORDERS = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])
  type Query { orders(first: Int): OrderConnection }
  type Subscription { orderPlaced: Order }
  type OrderConnection { nodes: [Order!]!, pageInfo: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean!, hasPreviousPage: Boolean!, startCursor: String, endCursor: String }
  type Order @key(fields: "id") { id: ID!, buyer: User, placedIn: Session }
  type User @key(fields: "id") { id: ID!, orders: [Order!] }
  type Session @key(fields: "id", resolvable: false) { id: ID! }
`;

/** The lines of one field: its directives stand behind its type. */
function lineOf(sdl: string, type: string, field: string): string {
  const [, body = ''] = new RegExp(`\\n(?:type|interface) ${type}[^{]*{([\\s\\S]*?)\\n}`).exec(`\n${sdl}`) ?? [];
  const lines = body.split('\n').filter((line) => new RegExp(`^  (${field}\\b|\\))`).test(line));
  return lines.join('\n');
}

test('without FEDERATION=on there is neither field nor type of a subgraph, and the schema is the published one', async () => {
  const { send, app } = await startApp();
  expect((await send(SDL)).errors?.[0]?.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
  expect((await send(ENTITIES, { variables: { representations: [] } })).status).toBe(400);
  expect(Object.keys(app.schema.getTypeMap()).filter((name) => /^_[^_]/.test(name))).toEqual([]);
});

test('the SDL marks entities, what is shared and what is @Authorized, and keeps our descriptions', async () => {
  const { send, app } = await startSubgraph();
  const { sdl } = (await send(SDL)).data._service;
  expect(sdl).toMatch(
    /^extend schema @link\(url: "https:\/\/specs\.apollo\.dev\/federation\/v2\.5", import: \["@authenticated", "@key", "@shareable"\]\)\n/,
  );
  expect(sdl).toContain('\ntype User @key(fields: "id") {');
  expect(sdl).toContain('\ntype Session @key(fields: "id") {');
  expect(sdl).toContain('\ntype PageInfo @shareable {');
  expect(sdl).toContain('"""Someone who can log in."""');
  expect(sdl).not.toMatch(/_Service|_Any|_Entity|_service|_entities/);
  for (const field of ['me', 'session', 'sessions', 'users', 'user', 'auditEvents', 'serverStatus'])
    expect(`${field} ${lineOf(sdl, 'Query', field)}`).toContain('@authenticated');
  for (const field of ['revokeSession', 'changePassword', 'disableUser'])
    expect(`${field} ${lineOf(sdl, 'Mutation', field)}`).toContain('@authenticated');
  for (const field of ['sessionEvents', 'auditEventAdded'])
    expect(`${field} ${lineOf(sdl, 'Subscription', field)}`).toContain('@authenticated');
  // Who has lost an access token must still be able to log in, refresh and log out. The login of a stranger shows a User.
  const open = ['login', 'logout', 'refreshToken', 'register', 'requestPasswordReset', 'resetPassword'];
  const mutation = parse(sdl).definitions.find((node) => 'name' in node && node.name?.value === 'Mutation');
  const fields = mutation && 'fields' in mutation ? (mutation.fields ?? []) : [];
  const marked = fields.filter(({ directives }) => directives?.some(({ name }) => name.value === 'authenticated'));
  expect(marked.map(({ name }) => name.value).filter((name) => open.includes(name))).toEqual([]);
  expect(lineOf(sdl, 'User', 'email')).not.toContain('@authenticated');
  // The served schema says what every subgraph has, for clients that ask by introspection.
  expect(Object.keys(app.schema.getTypeMap())).toEqual(expect.arrayContaining(['_Any', '_Entity', '_Service']));
});

test('it composes with another subgraph that refers to users and sessions, and clients of the router see the same API', async () => {
  const { send } = await startSubgraph();
  const { sdl } = (await send(SDL)).data._service;
  const { supergraphSdl, publicSdl, errors } = composeServices([
    { name: 'latchkey', typeDefs: parse(sdl), url: 'http://latchkey.test/graphql' },
    { name: 'orders', typeDefs: parse(ORDERS), url: 'http://orders.test/graphql' },
  ]);
  expect(errors).toBeUndefined();
  expect(supergraphSdl).toContain('join__type(graph: LATCHKEY, key: "id")');
  const graph = buildSchema(publicSdl ?? '');
  const names = (type: string) => Object.keys((graph.getType(type) as ReturnType<typeof graph.getQueryType>)?.getFields() ?? {});
  expect(names('User')).toEqual(expect.arrayContaining(['id', 'email', 'orders']));
  expect(names('Query')).toEqual(expect.arrayContaining(['me', 'orders']));
  expect(names('Query').filter((name) => name.startsWith('_'))).toEqual([]);
  expect(names('Subscription').sort()).toEqual(['auditEventAdded', 'orderPlaced', 'sessionEvents']);
});

test('a caller gets what `me` and `sessions` show; others and their sessions are null, whether or not they exist', async () => {
  const { entities, register, login, send } = await startSubgraph();
  const ada = await register();
  const phone = await login(undefined, 'phone');
  const grace = await register('grace@example.com');
  const idOf = async (token: string) => (await send('{ me { id } }', { token })).data.me.id as string;
  const [adaId, graceId] = [await idOf(ada.accessToken), await idOf(grace.accessToken)];
  const answer = await entities(
    [
      { __typename: 'Session', id: phone.sid },
      { __typename: 'User', id: graceId },
      { __typename: 'User', id: adaId },
      { __typename: 'User', id: 'A'.repeat(22) },
      { __typename: 'Session', id: grace.sid },
      { __typename: 'User', id: adaId },
      { __typename: 'Session', id: ada.sid },
    ],
    { token: ada.accessToken },
  );
  const me = { __typename: 'User', id: adaId, email: 'ada@example.com', name: null, roles: [] };
  expect(answer.errors).toBeUndefined();
  expect(answer.data._entities).toEqual([
    { __typename: 'Session', id: phone.sid, current: false, deviceName: 'phone' },
    null,
    me,
    null,
    null,
    me,
    { __typename: 'Session', id: ada.sid, current: true, deviceName: null },
  ]);
});

test('an administrator gets every user, as `user` shows them, but only their own sessions', async () => {
  const { entities, register, admin } = await startSubgraph();
  const ada = await register();
  const answer = await entities(
    [
      { __typename: 'User', id: admin.id },
      { __typename: 'Session', id: ada.sid },
      { __typename: 'Session', id: admin.sid },
    ],
    { token: admin.accessToken },
  );
  expect(answer.data._entities).toMatchObject([{ email: 'root@example.com', roles: ['ADMIN'] }, null, { id: admin.sid, current: true }]);
});

test('what is true of a user at this moment is shown: a change of roles, an ended session', async () => {
  const server = await startSubgraph();
  const { entities, register, login, send, admin } = server;
  const ada = await register();
  const { id } = (await send('{ me { id } }', { token: ada.accessToken })).data.me;
  const phone = await login();
  const both = [
    { __typename: 'Session', id: ada.sid },
    { __typename: 'User', id },
  ];
  const change = 'mutation($id: ID!, $roles: [String!]!) { setUserRoles(input: { userId: $id, roles: $roles }) { userErrors { code } } }';
  expect((await entities(both, { token: admin.accessToken })).data._entities).toMatchObject([null, { email: 'ada@example.com' }]);
  await send('mutation { logout { endedSessions } }', { token: ada.accessToken });
  expect((await entities(both, { token: phone.accessToken })).data._entities).toMatchObject([null, { email: 'ada@example.com' }]);
  const second = await makeAdministrator(server, 'second@example.com');
  await send(change, { token: second.accessToken, variables: { id: admin.id, roles: [] } });
  expect((await entities(both, { token: admin.accessToken })).errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('nine hundred representations cost as many statements as two', async () => {
  const count = countDatabaseWork();
  const { entities, admin, app } = await startSubgraph();
  const made = await app.administration.createUser({ email: 'last@example.com', password: 'correct horse battery' });
  const two = [
    { __typename: 'User', id: made.kind === 'done' ? made.result.id : '' },
    { __typename: 'Session', id: admin.sid },
  ];
  const more = Array.from({ length: 898 }, (_, index) => ({ __typename: 'User', id: `nobody-${index}` }));
  let found: unknown[] = [];
  const ask = (representations: readonly object[]) =>
    count(async () => {
      found = (await entities(representations, { token: admin.accessToken })).data._entities;
    });
  await ask(two);
  const few = await ask(two);
  expect(found).toMatchObject([{ email: 'last@example.com' }, { id: admin.sid }]);
  const many = await ask([...more, ...two]);
  expect(found.length).toBe(900);
  expect(found.filter((entity) => entity !== null)).toMatchObject([{ email: 'last@example.com' }, { id: admin.sid }]);
  expect(many.statements.length).toBe(few.statements.length);
  expect(many.durable).toBe(0);
});

test('with INTROSPECTION=off only the router may read the SDL', async () => {
  const { send, router } = await startSubgraph({ settings: { INTROSPECTION: 'off' } });
  expect((await send(SDL)).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  const { data } = await send(SDL, { headers: { 'latchkey-router': router.credential } });
  expect(data._service.sdl).toContain('type User @key(fields: "id")');
});

test('the setting is on or off', async () => {
  await expect(startWithAdministrator({ settings: { FEDERATION: 'yes' } })).rejects.toThrow('FEDERATION');
});
