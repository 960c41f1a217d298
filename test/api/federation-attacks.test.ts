/** What a client may try with `_entities`: no credential of a router, another way to a field, representations that lie, bad input. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { ENTITIES, type Subgraph, startSubgraph } from '../support/federation/routers.js';
import { InvoiceResolver, ProfileResolver, RequiringResolver } from '../support/resolvers/profile-resolvers.js';
import { createService } from '../support/services/services.js';
import { connect } from '../support/sockets/sockets.js';

/** Two users, of which the first asks. */
async function startWithUsers(options: Parameters<typeof startSubgraph>[0] = {}) {
  const server = await startSubgraph(options);
  const own = await server.register();
  const other = await server.register('grace@example.com');
  const idOf = async (token: string) => (await server.send('{ me { id } }', { token })).data.me.id as string;
  return { ...server, own, other, ownId: await idOf(own.accessToken), otherId: await idOf(other.accessToken) };
}

const codeOf = ({ errors }: Awaited<ReturnType<Subgraph['send']>>) => errors?.map(({ extensions }) => extensions.code);

test('without the credential of a router nothing is answered, by no way of showing another one', async () => {
  const server = await startWithUsers();
  const { send, own, ownId, router, app } = server;
  const variables = { representations: [{ __typename: 'User', id: ownId }] };
  const revoked = await createService(server, 'old router');
  await app.administration.revokeServiceCredential({ id: revoked.id });
  const header = (value: string | string[]) => ({ 'latchkey-router': value });
  const attempts: Record<string, Parameters<typeof send>[1]> = {
    'no header': {},
    'an empty header': { headers: header('') },
    'a wrong credential': { headers: header(`lkv_${'A'.repeat(43)}`) },
    'a revoked credential': { headers: header(revoked.credential) },
    'the id of a credential': { headers: header(router.id) },
    'the token of the user': { headers: header(own.accessToken) },
    'the token of the user as Bearer': { headers: header(`Bearer ${own.accessToken}`) },
    'the refresh token of the user': { headers: header(own.refreshToken) },
    'the credential with its scheme': { headers: header(`Bearer ${router.credential}`) },
    'two credentials': { headers: header([router.credential, router.credential]) },
    'the credential in other letters': { headers: header(router.credential.toUpperCase()) },
    'the header under another name': { headers: { 'x-latchkey-router': router.credential } },
    'the credential in a variable': { variables: { ...variables, 'latchkey-router': router.credential } },
  };
  for (const [what, options] of Object.entries(attempts)) {
    const answer = await send(ENTITIES, { token: own.accessToken, variables, ...options });
    expect.soft({ data: answer.data, code: codeOf(answer) }, what).toEqual({ data: null, code: ['FORBIDDEN'] });
    expect.soft(answer.text, what).not.toContain(ownId);
  }
  // The header of the user is for the token of the user.
  const swapped = await send(ENTITIES, { variables, headers: { authorization: `Bearer ${router.credential}` } });
  expect(codeOf(swapped)).toEqual(['UNAUTHENTICATED']);
  const right = await server.entities(variables.representations, { token: own.accessToken });
  expect(right.data._entities).toMatchObject([{ id: ownId, email: EMAIL }]);
  await app.administration.revokeServiceCredential({ id: router.id });
  expect(codeOf(await server.entities(variables.representations, { token: own.accessToken }))).toEqual(['FORBIDDEN']);
});

test('the credential of a router opens nothing without a live token of a user, and nothing else at all', async () => {
  const { entities, send, own, ownId, router, login } = await startWithUsers();
  const self = [{ __typename: 'User', id: ownId }];
  expect((await entities(self)).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_MISSING' });
  expect((await entities(self, { token: 'x.y.z' })).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' });
  const phone = await login();
  const first = await entities(self, { token: phone.accessToken });
  expect(first.data._entities).toMatchObject([{ id: ownId }]);
  await send('mutation { logout { endedSessions } }', { token: phone.accessToken });
  const late = await entities(self, { token: phone.accessToken });
  expect(late.data).toBeNull();
  expect(late.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
  const headers = { 'latchkey-router': router.credential };
  expect((await send('{ users { nodes { id } } }', { headers, token: own.accessToken })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await send('{ me { id } }', { headers })).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('a representation is trusted in nothing but its key [@requires]', async () => {
  const { entities, own, ownId, other, otherId, admin } = await startWithUsers();
  const lies = { email: 'x@example.com', name: 'x', roles: ['ADMIN'], current: true, userId: ownId, disabledAt: null, toString: 1 };
  const answer = await entities(
    [
      { __typename: 'User', id: otherId, ...lies },
      { __typename: 'User', id: ownId, ...lies },
      { __typename: 'Session', id: other.sid, ...lies },
      JSON.parse(`{ "__typename": "User", "id": "${ownId}", "hasOwnProperty": 1, "then": "x" }`),
      { __typename: 'User', id: admin.id, ...lies },
      // A key of another type.
      { __typename: 'User', id: own.sid },
      { __typename: 'Session', id: ownId },
    ],
    { token: own.accessToken },
  );
  const me = { __typename: 'User', id: ownId, email: EMAIL, name: null, roles: [] };
  expect(answer.data._entities).toEqual([null, me, null, me, null, null, null]);
});

test('another user answers byte for byte like an unknown one, and so does their session', async () => {
  const { entities, own, other, otherId } = await startWithUsers();
  const ask = async (__typename: string, id: string) => (await entities([{ __typename, id }], { token: own.accessToken })).text;
  expect(await ask('User', otherId)).toBe(await ask('User', 'A'.repeat(22)));
  expect(await ask('Session', other.sid)).toBe(await ask('Session', 'A'.repeat(22)));
});

test('no other way leads to a field: aliases, fragments on _Entity, a repeated request, fields of the application', async () => {
  const { send, router, own, ownId, otherId } = await startWithUsers({ resolvers: [ProfileResolver] });
  const query = `query($r: [_Any!]!) {
    mine: _entities(representations: [{ __typename: "User", id: "${ownId}" }]) { ...All }
    theirs: _entities(representations: $r) { ...All }
  }
  fragment All on _Entity { ...U ... on Session { id } }
  fragment U on User { id mail: email cardNumber clerkNote }`;
  const variables = { r: [{ __typename: 'User', id: otherId }] };
  const headers = { 'latchkey-router': router.credential };
  for (const time of ['first', 'again', 'on the short way']) {
    const { data, errors } = await send(query, { token: own.accessToken, headers, variables });
    const mine = { id: ownId, mail: EMAIL, cardNumber: `card of ${EMAIL}`, clerkNote: null };
    expect.soft(data, time).toEqual({ mine: [mine], theirs: [null] });
    expect
      .soft(
        errors?.map(({ path, extensions }) => [path, extensions.code]),
        time,
      )
      .toEqual([[['mine', 0, 'clerkNote'], 'FORBIDDEN']]);
    const bare = await send(query, { token: own.accessToken, variables });
    expect.soft([bare.data, codeOf(bare)], time).toEqual([null, expect.arrayContaining(['FORBIDDEN'])]);
  }
});

test('what an application says about its types is in the SDL; what cannot be served stops the start', async () => {
  const { send } = await startSubgraph({ resolvers: [ProfileResolver] });
  const { sdl } = (await send('{ _service { sdl } }')).data._service;
  expect(sdl).toContain('type Money @shareable {');
  expect(sdl).toContain('type Product @key(fields: "id", resolvable: false) {');
  expect(sdl).toContain('  clerkNote: String @authenticated\n');
  expect(sdl).toContain('  price: Money @inaccessible\n');
  expect(sdl).toContain('  favourite: Product @authenticated\n');
  expect(sdl).toContain('import: ["@authenticated", "@inaccessible", "@key", "@shareable"]');
  await expect(startSubgraph({ resolvers: [InvoiceResolver] })).rejects.toThrow(/Invoice has the directive @key.*resolvable: false/);
  await expect(startSubgraph({ resolvers: [RequiringResolver] })).rejects.toThrow(/User\.avatar has the directive @requires/);
  await startApp({ resolvers: [InvoiceResolver] });
});

const TOO_LONG = 'x'.repeat(100_000);

test('bad representations get a clear error that repeats nothing, or null, and never a fault of the server', async () => {
  const { entities, own, ownId } = await startWithUsers();
  const deep: unknown[] = [];
  deep.push(Array.from({ length: 200 }).reduce((inner) => [inner], []));
  const refused: Record<string, unknown> = {
    'no list': 'User',
    'no objects': ['User'],
    'a list in the list': [[{ __typename: 'User', id: ownId }]],
    'null in the list': [null],
    null: null,
    'no __typename': [{ id: ownId }],
    'an unknown __typename': [{ __typename: TOO_LONG, id: ownId }],
    'a type without a key': [{ __typename: 'AuditEvent', id: ownId }],
    'a root type': [{ __typename: 'Query', id: ownId }],
    'the name of a prototype': [{ __typename: 'constructor', id: ownId }],
    'a __typename that is none': [{ __typename: ['User'], id: ownId }],
    'no id': [{ __typename: 'User' }],
    'id null': [{ __typename: 'User', id: null }],
    'an id that is an object': [{ __typename: 'User', id: { in: [ownId] } }],
    'a fraction': [{ __typename: 'User', id: 1.5 }],
    'more than 900': Array.from({ length: 901 }, () => ({ __typename: 'User', id: ownId })),
    'more than 10,000 values': [{ __typename: 'User', id: ownId, x: Array.from({ length: 10_001 }, () => 1) }],
    'nested too deep': deep,
  };
  refused['a prototype'] = JSON.parse(`[{ "__typename": "User", "__proto__": { "id": "${ownId}" } }]`);
  for (const [what, representations] of Object.entries(refused)) {
    const answer = await entities(representations, { token: own.accessToken });
    expect.soft(codeOf(answer), what).toEqual([what === 'a prototype' ? 'BAD_REQUEST' : 'BAD_USER_INPUT']);
    expect.soft([answer.data ?? null, [200, 400].includes(answer.status)], what).toEqual([null, true]);
    expect.soft(answer.text.length, what).toBeLessThan(500);
    expect.soft(answer.text, what).not.toContain(ownId);
  }
  expect(
    (await entities([{ __typename: 'User', id: ownId }, { __typename: 'User' }], { token: own.accessToken })).errors?.[0]?.message,
  ).toBe('representations[1] needs its key "id", as an ID.');
  for (const id of ['', 7, TOO_LONG, 'a\u0000', '\ud800', "' OR 1=1 --", '%', '__proto__', 'ada@example.com']) {
    for (const __typename of ['User', 'Session']) {
      const answer = await entities([{ __typename, id }], { token: own.accessToken });
      expect.soft([answer.data, answer.errors], String(id).slice(0, 20)).toEqual([{ _entities: [null] }, undefined]);
    }
  }
  expect((await entities([], { token: own.accessToken })).data).toEqual({ _entities: [] });
});

test('guessing credentials is limited for the address, and the right one passes beside it', async () => {
  const { entities, own, ownId } = await startWithUsers({ settings: { ADDRESS_ATTEMPTS: '3' } });
  const self = [{ __typename: 'User', id: ownId }];
  const codes = [];
  for (let guess = 0; guess < 6; guess += 1) {
    const headers = { 'latchkey-router': `lkv_${String(guess).repeat(43)}` };
    codes.push(...(codeOf(await entities(self, { token: own.accessToken, headers })) ?? []));
  }
  expect(new Set(codes)).toEqual(new Set(['FORBIDDEN', 'RATE_LIMITED']));
  expect((await entities(self, { token: own.accessToken })).data._entities).toMatchObject([{ id: ownId }]);
});

test('over a WebSocket the credential comes with the upgrade, and its revocation holds on the open socket', async () => {
  const server = await startWithUsers();
  const { own, ownId, router, app } = server;
  const address = await server.app.listen();
  const payload = { query: ENTITIES, variables: { representations: [{ __typename: 'User', id: ownId }] } };
  const ask = async (socket: Awaited<ReturnType<typeof connect>>, id: string) => {
    socket.say({ type: 'subscribe', id, payload });
    return JSON.stringify((await socket.hear('next', id)).payload);
  };
  expect(await ask(await connect(address, own.accessToken), '1')).toContain('FORBIDDEN');
  const socket = await connect(address, own.accessToken, { headers: { 'latchkey-router': router.credential } });
  expect(await ask(socket, '1')).toContain(EMAIL);
  await app.administration.revokeServiceCredential({ id: router.id });
  expect(await ask(socket, '2')).toContain('FORBIDDEN');
});
