/** Faults of the server: hidden from the client, logged once, and found by the request id. */
import 'reflect-metadata';
import { GraphQLError } from 'graphql';
import { Int, Query, Resolver } from 'type-graphql';
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startApp } from '../support/app/start-app.js';
import { FAILING, PLACED, startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect, subscribe } from '../support/sockets/sockets.js';

@Resolver()
class Faulty {
  @Query(() => String, { nullable: true })
  boom(): string {
    throw new Error('secret cause');
  }

  /** Libraries that validate values attach their errors this way. */
  @Query(() => String, { nullable: true })
  placed(): string {
    throw Object.assign(new Error('secret cause'), { path: ['user', 'password'], value: 'secret value' });
  }

  @Query(() => String, { nullable: true })
  coded(): string {
    throw new GraphQLError('The shop is closed.', { extensions: { code: 'SHOP_CLOSED', opensAt: 9 } });
  }

  @Query(() => Int, { nullable: true })
  misfit(): unknown {
    return 'secret number';
  }

  @Query(() => String)
  missing(): unknown {
    return null;
  }
}

test('an internal failure is masked, and logged exactly once under the id that the client gets', async () => {
  const { log, lines } = collectLog();
  const { send } = await startApp({ resolvers: [Faulty], log });
  for (const [field, secret] of Object.entries({ boom: 'secret cause', misfit: 'secret number' })) {
    lines.length = 0;
    const { status, data, errors, text, headers } = await send(`{ ${field} }`);
    const requestId = headers['x-request-id'];
    expect.soft({ status, data }, field).toEqual({ status: 200, data: { [field]: null } });
    expect.soft(errors?.[0]?.message, field).toBe('Something went wrong on the server.');
    expect.soft(errors?.[0]?.extensions, field).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId });
    expect.soft(text, field).not.toMatch(/secret|stack|\.ts/i);
    expect.soft(lines.length, field).toBe(1);
    expect.soft(lines[0], field).toMatchObject({ level: 50, requestId, path: [field] });
    expect.soft(JSON.stringify(lines[0]?.err), field).toContain(secret);
  }
});

test('an error of a library that has a path of its own fails its field, and nothing else', async () => {
  const { log, lines } = collectLog();
  const { send } = await startApp({ resolvers: [Faulty], log });
  for (let time = 1; time <= 3; time += 1) {
    lines.length = 0;
    const { status, data, errors, text, headers } = await send('{ placed __typename }');
    expect.soft({ status, data }).toEqual({ status: 200, data: { placed: null, __typename: 'Query' } });
    expect.soft(errors?.[0]?.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR', requestId: headers['x-request-id'] });
    expect.soft(text).not.toContain('secret');
    expect.soft(lines).toMatchObject([{ level: 50, requestId: headers['x-request-id'], err: { message: 'secret cause' } }]);
  }
});

test('a failure of an event is masked, and logged once under the id that the client gets', async () => {
  const { log, lines } = collectLog();
  const { app, address, ticks } = await startListening({ log });
  const { accessToken } = await app.register();
  const socket = await connect(address, accessToken);
  subscribe(socket, TICK);
  await untilListeners(ticks, 1);
  const stream = await openStream(address, TICK, accessToken);
  await untilListeners(ticks, 2);
  lines.length = 0;
  for (const tick of [FAILING, PLACED, 7]) ticks.emit(tick);
  await stream.hear('{"tick":7}');
  while (!socket.frames.some(({ payload }) => payload?.data?.tick === 7)) await socket.heardMore();
  const text = `${JSON.stringify(socket.frames)}${stream.text()}`;
  expect(text).not.toContain('secret');
  const told = [...text.matchAll(/"code":"INTERNAL_SERVER_ERROR","requestId":"([\w-]{12})"/g)].map(([, id]) => id);
  expect(told).toHaveLength(4);
  expect(lines.map(({ requestId }) => requestId).sort()).toEqual(told.sort());
  expect(JSON.stringify(lines[0]?.err)).toContain('secret cause');
});

test('a GraphQLError that an own resolver throws with a code of its own reaches the client, and is not logged', async () => {
  const { log, lines } = collectLog();
  const { send } = await startApp({ resolvers: [Faulty], log });
  const { errors } = await send('{ coded }');
  expect(errors?.[0]).toMatchObject({ message: 'The shop is closed.', path: ['coded'], extensions: { code: 'SHOP_CLOSED', opensAt: 9 } });
  expect(lines).toHaveLength(0);
});

test('a failure that nulls the whole answer is masked too', async () => {
  const { log, lines } = collectLog();
  const { send } = await startApp({ resolvers: [Faulty], log });
  const { data, errors } = await send('{ missing }');
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions.code).toBe('INTERNAL_SERVER_ERROR');
  expect(lines).toHaveLength(1);
});

test('each of several failures of one request is logged once, under the same id', async () => {
  const { log, lines } = collectLog();
  const { send } = await startApp({ resolvers: [Faulty], log });
  const { headers, errors } = await send('{ a: boom b: boom __typename }');
  expect(errors).toHaveLength(2);
  expect(lines.map(({ requestId, path }) => [requestId, path])).toEqual([
    [headers['x-request-id'], ['a']],
    [headers['x-request-id'], ['b']],
  ]);
});

test('a request id is made here: the one of a client is not taken over', async () => {
  const { send } = await startApp();
  const { headers } = await send('{ __typename }', { headers: { 'x-request-id': 'forged\tid' } });
  expect(headers['x-request-id']).toMatch(/^[\w-]{12}$/);
});

test('a failure outside GraphQL is masked and logged with its cause', async () => {
  const { log, lines } = collectLog();
  const { app } = await startApp({ log });
  app.server.get('/boom', async () => {
    throw new Error('secret cause');
  });
  const response = await app.server.inject('/boom');
  expect(response.statusCode).toBe(500);
  expect(response.json()).toEqual({
    errors: [{ message: 'Something went wrong on the server.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ requestId: response.headers['x-request-id'], err: { message: 'secret cause' } });
});

test('a client’s mistake is not logged at all', async () => {
  const { log, lines } = collectLog();
  const { send, ask } = await startApp({ log });
  await send('{ nothing }');
  await send('{');
  await ask('garbage');
  await send('mutation($e: String = "x") { login(input: { email: $e, password: "x" }) { accessToken } }', { variables: { e: null } });
  expect(lines).toEqual([]);
});
