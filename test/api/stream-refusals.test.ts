/** What is no stream, or may not be one, is refused with a code and with what to do instead. */
import { expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { collectLog } from '../support/app/collected-log.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';

const NEEDS_ITS_FIELD = 'A subscription needs its field in any case.';
const EVENTS = { accept: 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const EVERY_SUBSCRIPTION = [TICK, 'subscription { sessionEvents { id } }', 'subscription { auditEventAdded { id } }'];

/** Sends a request that the server answers at once, and gives back what a client sees of the refusal. */
async function refusalOf(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  const { errors } = (await response.json()) as { errors: { message: string; extensions: { code: string } }[] };
  const { message = '', extensions } = errors[0] ?? {};
  expect.soft(response.headers.get('content-type')).toContain('application/json');
  expect.soft(response.headers.get('x-content-type-options')).toBe('nosniff');
  return { status: response.status, code: extensions?.code, message };
}

test('a subscription by a plain request is refused and told the ways that it can take', async () => {
  const { log, lines } = collectLog();
  const { app } = await startListening({ log });
  const { accessToken } = await makeAdministrator(app);
  for (const query of EVERY_SUBSCRIPTION) {
    for (const token of [undefined, accessToken]) {
      const { status, data, errors } = await app.send(query, { token });
      expect.soft([status, data, errors?.map(({ extensions }) => extensions)], query).toEqual([400, undefined, [{ code: 'BAD_REQUEST' }]]);
      expect.soft(errors?.[0]?.message, query).toMatch(/WebSocket.*event stream.*text\/event-stream/);
    }
  }
  expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
});

test('an event stream by GET needs what a link or an EventSource of another page cannot send, as plain queries do', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const url = `${address}/graphql?query=${encodeURIComponent(TICK)}`;
  const authorization = `Bearer ${accessToken}`;
  const forged: Record<string, string>[] = [
    {},
    { 'content-type': 'text/plain' },
    { 'content-type': 'text/plain;application/json' },
    { 'apollo-require-preflight': '' },
  ];
  for (const headers of forged) {
    const { status, code, message } = await refusalOf(url, { headers: { ...EVENTS, authorization, ...headers } });
    expect.soft([status, code], JSON.stringify(headers)).toEqual([400, 'BAD_REQUEST']);
    expect.soft(message).toContain('apollo-require-preflight');
  }
  const proven: Record<string, string>[] = [JSON_TYPE, { 'apollo-require-preflight': 'yes' }, { 'x-apollo-operation-name': 'Ticks' }];
  for (const headers of proven) {
    const leaving = new AbortController();
    const sent = { ...EVENTS, authorization, ...headers };
    const response = await fetch(url, { headers: sent, signal: leaving.signal });
    expect.soft(response.status, JSON.stringify(headers)).toBe(200);
    await untilListeners(ticks, 1);
    leaving.abort();
    await untilListeners(ticks, 0);
  }
});

test('every refusal of an event stream is JSON with a code', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const url = `${address}/graphql`;
  const asked = (query: string) => `${url}?query=${encodeURIComponent(query)}`;
  const post = (body: unknown): RequestInit => ({ method: 'POST', headers: { ...EVENTS, ...JSON_TYPE }, body: JSON.stringify(body) });
  const get = { headers: { ...EVENTS, ...JSON_TYPE } };
  const cases: [what: string, url: string, init: RequestInit, status: number, code: string][] = [
    ['no query', url, post({ a: 1 }), 400, 'BAD_REQUEST'],
    ['a query that is none', url, post({ query: 7 }), 400, 'BAD_REQUEST'],
    ['variables that are none', url, post({ query: TICK, variables: [1] }), 400, 'BAD_REQUEST'],
    ['extensions that are none', url, post({ query: TICK, extensions: 'x' }), 400, 'BAD_REQUEST'],
    ['a batch', url, post([{ query: TICK }]), 400, 'BAD_REQUEST'],
    ['no operation', url, post({ query: 'fragment F on Query { __typename }' }), 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['another operation', url, post({ query: 'query A { __typename }', operationName: 'B' }), 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['a broken document', url, post({ query: '{' }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['variables by GET that are no JSON', `${asked(TICK)}&variables=x`, get, 400, 'BAD_REQUEST'],
    ['no query by GET', url, get, 400, 'BAD_REQUEST'],
    ['a mutation by GET', asked('mutation { logout { endedSessions } }'), get, 405, 'BAD_REQUEST'],
    ['another method', url, { ...post({ query: TICK }), method: 'PUT' }, 405, 'BAD_REQUEST'],
    [
      'another origin',
      url,
      { ...post({ query: TICK }), headers: { ...EVENTS, ...JSON_TYPE, origin: 'https://evil.example.com' } },
      403,
      'FORBIDDEN',
    ],
    [
      'a false token',
      url,
      { ...post({ query: TICK }), headers: { ...EVENTS, ...JSON_TYPE, authorization: 'Bearer x' } },
      401,
      'UNAUTHENTICATED',
    ],
  ];
  for (const [what, to, init, status, code] of cases) {
    expect.soft(await refusalOf(to, init), what).toMatchObject({ status, code, message: expect.stringMatching(/\S/) });
  }
  expect(await app.ask(accessToken)).toBe('ok');
});

test.each([
  'subscription { sessionEvents @skip(if: true) { id } }',
  'subscription($on: Boolean = true) { sessionEvents @include(if: $on) { id } }',
  'subscription($on: Boolean!) { ...All } fragment All on Subscription { ... @skip(if: $on) { sessionEvents { id } } }',
  'query A { __typename } subscription B($on: Boolean = true) { sessionEvents @include(if: $on) { id } }',
  'subscription { ...All @skip(if: true) } fragment All on Subscription { sessionEvents { id } }',
  'subscription { ... @include(if: false) { sessionEvents { id } } }',
])('a subscription whose field may be left out is refused as a client’s mistake: %s', async (query) => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  const headers = { ...EVENTS, ...JSON_TYPE, authorization: `Bearer ${accessToken}` };
  const body = await (await fetch(`${address}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
  expect(JSON.parse(body).errors[0]).toMatchObject({ message: NEEDS_ITS_FIELD, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  for (let time = 1; time <= 2; time += 1) {
    const plain = await app.send(query, { token: accessToken });
    expect(plain.status).toBe(400);
    expect(plain.errors?.[0]).toMatchObject({ message: NEEDS_ITS_FIELD, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(plain.text).not.toContain('INTERNAL_SERVER_ERROR');
  }
});
