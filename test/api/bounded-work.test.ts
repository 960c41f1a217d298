/** The work for a wrong request is bounded by its size, and its answer is short, whatever it is made of and whichever way it comes. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_DIRECTIVES_IN_ONE_PLACE, MAX_ERRORS } from '../../src/graphql/query-limits.js';
import { MAX_VARIABLE_DEPTH, MAX_VARIABLE_VALUES } from '../../src/graphql/variable-faults.js';
import { MAX_LINES } from '../../src/lib/line-limit.js';
import { collectLog } from '../support/app/collected-log.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { requests } from '../support/fuzz/requests.js';
import { FilterResolver } from '../support/resolvers/nested-resolvers.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect, subscribe } from '../support/sockets/sockets.js';

const LOGIN = 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }';
const USER = 'query($input: ID!) { user(id: $input) { id } }';
const FILTER = 'query($input: FilterInput!) { filtered(filter: $input) }';

const times = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index)).join(' ');
const unknownFields = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`field${index}`, 'correct horse']));
/** Objects in objects, this many levels deep. */
const nestedFilter = (levels: number): object => JSON.parse(`${'{"and":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`);

const REFUSED = { status: 400, codes: ['BAD_USER_INPUT'] };

async function outcomeOf({ send }: TestApp, query: string, variables: object) {
  const { status, errors, text } = await send(query, { variables });
  expect.soft(text.length, query.slice(0, 60)).toBeLessThan(500);
  return { status, codes: errors?.map(({ extensions }) => extensions.code) };
}

test('a variable with unknown fields is refused with one short error that quotes no value, however many they are', async () => {
  const { log, text } = collectLog();
  const app = await startApp({ log });
  for (const count of [1, 48, 49, 50, 51, 500, 3_000]) {
    expect
      .soft(await outcomeOf(app, LOGIN, { input: { email: 'a', password: 'b', ...unknownFields(count) } }), `${count}`)
      .toEqual(REFUSED);
  }
  const { errors, text: answer } = await app.send(LOGIN, { variables: { input: { email: 'a', password: 'b', ...unknownFields(50) } } });
  expect(errors?.[0]?.message).toBe('Variable "$input" got an invalid value. Field "field0" is not defined by type "LoginInput".');
  expect(answer).not.toContain('correct horse');
  expect(text()).not.toContain('correct horse');
});

test('a wrong variable of a query is refused in the same way when the query comes again', async () => {
  const app = await startApp();
  await app.send(USER, { variables: { input: 'x' } });
  for (let time = 1; time <= 3; time += 1) expect(await outcomeOf(app, USER, { input: unknownFields(3_000) })).toEqual(REFUSED);
});

test('variables that are nested too deeply, or hold too many values, are a fault of the client', async () => {
  const app = await startApp({ resolvers: [FilterResolver] });
  const ask = (input: object) => outcomeOf(app, FILTER, { input });
  expect(await ask(nestedFilter(MAX_VARIABLE_DEPTH))).toEqual({ status: 200, codes: undefined });
  expect(await ask(nestedFilter(MAX_VARIABLE_DEPTH + 1))).toEqual(REFUSED);
  // Too deep for JSON.stringify.
  const payload = `{"query":"${FILTER}","variables":{"input":${'{"and":'.repeat(12_000)}{}${'}'.repeat(12_000)}}}`;
  const headers = { 'content-type': 'application/json' };
  const answer = await app.app.server.inject({ method: 'POST', url: '/graphql', headers, payload });
  expect(answer.payload).toContain('"code":"BAD_USER_INPUT"');
  expect(await ask({ any: Array(MAX_VARIABLE_VALUES - 1).fill({}) })).toEqual({ status: 200, codes: undefined });
  expect(await ask({ any: Array(MAX_VARIABLE_VALUES).fill({}) })).toEqual(REFUSED);
  expect(await ask({ any: Array(MAX_VARIABLE_VALUES - 1).fill(1) })).toEqual(REFUSED);
});

test('a document gets few errors, and each of them is short', async () => {
  const { send } = await startApp();
  const documents = {
    'ten directives': `query cop { __typename ${'@aa'.repeat(10)} }`,
    'many directives': `query { __typename ${'@aa'.repeat(240)} }`,
    'directives of a variable': `query($a: Int ${'@aa'.repeat(200)}) { __typename }`,
    'unknown fields': `{ ${times(240, (index) => `x${index}`)} }`,
    'unknown types': `query(${times(120, (index) => `$v${index}: X${index}`)}) { __typename }`,
    'fragments in circles': `{ ...F0 } ${times(15, (i) => `fragment F${i} on Query { ${times(8, (k) => `...F${(i * 7 + k * 3) % 15}`)} }`)}`,
    'fragments that double': `{ ...F0 } ${times(40, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Query { id }`,
    'a long name': `{ ${'x'.repeat(90_000)} }`,
    'a long type': `query($a: ${'x'.repeat(90_000)}) { __typename }`,
    'one fault in many places': `{ ${times(120, () => 'me { id }')} }`,
  };
  for (const [what, query] of Object.entries(documents)) {
    const { text, errors = [] } = await send(query);
    expect.soft(errors.length, what).toBeGreaterThan(0);
    expect.soft(errors.length, what).toBeLessThanOrEqual(MAX_ERRORS + 1);
    expect.soft(text.length, what).toBeLessThan(2_000);
  }
});

test('directives in one place are limited', async () => {
  const { send } = await startApp({});
  const messages = async (count: number) => (await send(`query($a: Int ${'@aa'.repeat(count)}) { user(id: $a) { id } }`)).text;
  expect(await messages(MAX_DIRECTIVES_IN_ONE_PLACE)).not.toContain('in one place');
  expect(await messages(MAX_DIRECTIVES_IN_ONE_PLACE + 1)).toContain('More than 4 directives in one place.');
});

test('a document with too many lines is refused before it is parsed, with any kind of line break', async () => {
  const { send } = await startApp();
  for (const lineBreak of ['\n', '\r', '\r\n']) {
    const status = async (breaks: number) => (await send(`{ ${lineBreak.repeat(breaks)} __typename }`)).status;
    expect.soft(await status(MAX_LINES - 1)).toBe(200);
    expect.soft(await status(MAX_LINES)).toBe(400);
  }
  const { errors } = await send(`{ ${'\n'.repeat(40_000)} ${times(200, (index) => `x${index}`)} }`);
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_PARSE_FAILED']);
});

test('an Accept header that no client sends is refused before it is read', async () => {
  const { send } = await startApp();
  const { status, errors } = await send('{ __typename }', { headers: { accept: 'a/b,'.repeat(3_000) } });
  expect([status, errors?.[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
});

test('the same is refused over a socket and over an event stream, with the same code', async () => {
  const { log, lines } = collectLog();
  const { app } = await startApp({ log });
  const address = await app.listen();
  const socket = await connect(address);
  const variables = { input: { email: 'a', password: 'b', ...unknownFields(3_000) } };
  const after = { after: unknownFields(3_000) };
  const operations: [query: string, variables: object, code: string][] = [
    [LOGIN, variables, 'BAD_USER_INPUT'],
    [USER, { input: unknownFields(3_000) }, 'BAD_USER_INPUT'],
    ['subscription($after: ID) { sessionEvents(after: $after) { id } }', after, 'BAD_USER_INPUT'],
    [`{ ${'\n'.repeat(20_000)} ${times(200, (index) => `x${index}`)} }`, {}, 'GRAPHQL_PARSE_FAILED'],
    [`query { __typename ${'@aa'.repeat(10)} }`, {}, 'GRAPHQL_VALIDATION_FAILED'],
  ];
  for (const [index, [query, sent, code]] of operations.entries()) {
    subscribe(socket, query, String(index), sent);
    const { payload } = await socket.hear('error', String(index));
    const stream = await openStream(address, query, undefined, {}, sent);
    const { errors } = JSON.parse(await stream.ended);
    for (const found of [payload, errors]) {
      expect
        .soft(new Set(found.map((error: { extensions: object }) => JSON.stringify(error.extensions))))
        .toEqual(new Set([`{"code":"${code}"}`]));
      expect.soft(found.length).toBeLessThanOrEqual(MAX_ERRORS + 1);
      expect.soft(JSON.stringify(found).length).toBeLessThan(2_000);
    }
    expect.soft(stream.status).toBe(400);
  }
  expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
});

test('no request, whatever it is made of, is answered by an internal error, by many errors or at length', async () => {
  const { log, lines } = collectLog();
  const { app } = await startApp({ log, resolvers: [FilterResolver] });
  await fc.assert(
    fc.asyncProperty(requests, async ({ payload, headers }) => {
      const { statusCode, payload: text } = await app.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { ...headers, 'content-type': 'application/json' },
        payload,
      });
      expect(statusCode).toBeLessThan(500);
      const { errors = [] } = JSON.parse(text);
      expect(errors.length).toBeLessThanOrEqual(30);
      if (statusCode !== 200) expect(errors.length).toBeLessThanOrEqual(MAX_ERRORS + 1);
      if (statusCode !== 200) expect(text.length).toBeLessThan(6_000);
      for (const { extensions } of errors) expect(extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
      expect(lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    }),
    { seed: 14, numRuns: 300 },
  );
});
