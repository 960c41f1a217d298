/** Requests that fail before GraphQL, or in its envelope, get JSON with a stable code and never a 5xx. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const RIGHT = '{"query":"{ __typename }"}';

async function post({ app }: TestApp, payload: string | Buffer, headers: Record<string, string> = JSON_TYPE) {
  const response = await app.server.inject({ method: 'POST', url: '/graphql', headers, payload });
  return summaryOf(response);
}

function summaryOf({ statusCode, headers, payload }: { statusCode: number; headers: Record<string, unknown>; payload: string }) {
  expect.soft(headers['content-type'], payload).toBe('application/json; charset=utf-8');
  expect.soft(headers['cache-control'], payload).toBe('no-store');
  expect.soft(payload).not.toMatch(/node_modules|\.ts:|\.js:|"stack/);
  const { data, errors } = JSON.parse(payload);
  return { status: statusCode, code: errors?.[0]?.extensions.code ?? 'ok', ...(data === undefined ? {} : { data }) };
}

const BAD_REQUEST = { status: 400, code: 'BAD_REQUEST' };

test('a body that is no JSON object with a query is a bad request', async () => {
  const app = await startApp();
  const bodies: Record<string, string> = {
    empty: '',
    'a space': ' ',
    broken: '{"query":',
    'a second value': `${RIGHT}${RIGHT}`,
    'a comment': `/**/${RIGHT}`,
    null: 'null',
    true: 'true',
    'a number': '12',
    'a string': '"{ __typename }"',
    'an empty object': '{}',
    'an empty list': '[]',
    'a batch': `[${RIGHT}]`,
    'a batch of two': `[${RIGHT},${RIGHT}]`,
    'query a number': '{"query":12}',
    'query an object': '{"query":{"a":1}}',
    'query a list': '{"query":["{ __typename }"]}',
    'query null': '{"query":null}',
    'query empty': '{"query":""}',
    'no query': '{"variables":{}}',
    'variables a text': '{"query":"{ __typename }","variables":"{}"}',
    'variables a list': '{"query":"{ __typename }","variables":[]}',
    'variables a number': '{"query":"{ __typename }","variables":1}',
    'extensions a text': '{"query":"{ __typename }","extensions":"x"}',
    'extensions a list': '{"query":"{ __typename }","extensions":[]}',
    'operationName a number': '{"query":"{ __typename }","operationName":1}',
    'operationName a list': '{"query":"{ __typename }","operationName":["a"]}',
    'a poisoned prototype': '{"query":"{ __typename }","__proto__":{"query":"x"}}',
    'a poisoned constructor': '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"a":1}}}}',
    'fifteen thousand objects deep': `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`.replace('"a"', '"query"'),
  };
  for (const [what, body] of Object.entries(bodies)) expect.soft(await post(app, body), what).toEqual(BAD_REQUEST);
  expect(await post(app, RIGHT)).toEqual({ status: 200, code: 'ok', data: { __typename: 'Query' } });
});

test('members that GraphQL does not know, and deep variables that nobody asks for, change nothing', async () => {
  const app = await startApp();
  for (const body of [
    '{"query":"{ __typename }","password":"x"}',
    `{"query":"{ __typename }","variables":{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}}`,
    '{"query":"{ __typename }","variables":null,"operationName":null,"extensions":null}',
  ]) {
    expect.soft(await post(app, body), body.slice(0, 60)).toEqual({ status: 200, code: 'ok', data: { __typename: 'Query' } });
  }
});

test('deep variables where a string is wanted are a fault of the input', async () => {
  const app = await startApp();
  const query = 'mutation($p: String!) { login(input: { email: "a", password: $p }) { accessToken } }';
  const deep = `${'['.repeat(40_000)}${']'.repeat(40_000)}`;
  expect(await post(app, `{"query":${JSON.stringify(query)},"variables":{"p":${deep}}}`)).toEqual({ status: 400, code: 'BAD_USER_INPUT' });
});

test('an operation that is not in the document, or not named among several, is refused', async () => {
  const app = await startApp();
  const failure = { status: 400, code: 'OPERATION_RESOLUTION_FAILURE' };
  expect(await post(app, '{"query":"query A { __typename }","operationName":"B"}')).toEqual(failure);
  expect(await post(app, '{"query":"query A { __typename } query B { __typename }"}')).toEqual(failure);
  expect(await post(app, '{"query":"fragment A on Query { __typename }"}')).toMatchObject({ status: 400 });
});

test('persisted queries are not supported, and say so', async () => {
  const app = await startApp();
  const body = JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } } });
  expect((await post(app, body)).code).toBe('PERSISTED_QUERY_NOT_SUPPORTED');
});

test('only JSON is taken: what a form or a plain link can send is refused', async () => {
  const app = await startApp();
  const types = [
    undefined,
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'application/jsonx',
    'application/json-patch+json',
    'application/xml',
    'x',
    '/',
    'application/json, text/plain',
  ];
  for (const type of types) {
    const answer = await post(app, RIGHT, type === undefined ? {} : { 'content-type': type });
    expect.soft(answer, String(type)).toEqual({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  }
  for (const type of ['application/json; charset=utf-8', 'application/json;charset=UTF-8', 'Application/JSON']) {
    expect.soft((await post(app, RIGHT, { 'content-type': type })).status, type).toBe(200);
  }
});

test('another encoding than UTF-8 is not JSON', async () => {
  const app = await startApp();
  const type = 'application/json; charset=utf-16';
  expect(await post(app, Buffer.from(RIGHT, 'utf16le'), { 'content-type': type })).toEqual(BAD_REQUEST);
  const gzip = { ...JSON_TYPE, 'content-encoding': 'gzip' };
  expect(await post(app, Buffer.from([31, 139, 8, 0]), gzip)).toEqual(BAD_REQUEST);
});

test('a body of more than 100 KB is refused, a password of 1 MB with it; 90 KB of password is only too long', async () => {
  const app = await startApp();
  const login = (password: string) =>
    JSON.stringify({
      query: 'mutation($p: String!) { login(input: { email: "ada@example.com", password: $p }) { userErrors { code } } }',
      variables: { p: password },
    });
  expect(await post(app, login('x'.repeat(1_000_000)))).toEqual({ status: 413, code: 'PAYLOAD_TOO_LARGE' });
  expect((await post(app, login('x'.repeat(90_000)))).data).toEqual({ login: { userErrors: [{ code: 'INVALID_CREDENTIALS' }] } });
  const edge = RIGHT + ' '.repeat(100 * 1024 - RIGHT.length);
  expect((await post(app, edge)).status).toBe(200);
  expect((await post(app, `${edge} `)).status).toBe(413);
});

test('an answer that the client would not accept is refused in JSON', async () => {
  const app = await startApp();
  expect(await post(app, RIGHT, { ...JSON_TYPE, accept: 'application/xml' })).toEqual({ status: 406, code: 'BAD_REQUEST' });
});

test('other methods, other paths and broken addresses are refused in JSON', async () => {
  const { app } = await startApp();
  const ask = async (method: 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'POST', url: string, payload?: string) =>
    summaryOf(await app.server.inject({ method, url, headers: payload ? JSON_TYPE : {}, ...(payload ? { payload } : {}) }));
  for (const method of ['PUT', 'PATCH', 'DELETE'] as const) {
    expect.soft(await ask(method, '/graphql', RIGHT), method).toEqual({ status: 405, code: 'BAD_REQUEST' });
    expect.soft((await ask(method, '/graphql')).status, method).toBe(400);
  }
  const missing = { status: 404, code: 'NOT_FOUND' };
  expect(await ask('GET', '/elsewhere')).toEqual(missing);
  expect(await ask('OPTIONS', '/graphql')).toEqual(missing);
  expect(await ask('POST', '/livez', RIGHT)).toEqual(missing);
  expect(await ask('POST', '/', RIGHT)).toEqual(missing);
  expect(await ask('GET', '/graphql/../data/secret')).toEqual(missing);
  for (const url of ['/%zz', '/%', '/a%E0%A4%A']) expect.soft(await ask('GET', url), url).toEqual(BAD_REQUEST);
});

test('GET takes queries of clients that prove not to be a link, and no mutation ever', async () => {
  const { app } = await startApp();
  const get = async (query: string, headers = {}, more = '') =>
    summaryOf(await app.server.inject({ url: `/graphql?query=${encodeURIComponent(query)}${more}`, headers }));
  expect(await get('{ __typename }')).toEqual(BAD_REQUEST);
  expect(await get('{ __typename }', { 'content-type': 'text/plain' })).toEqual(BAD_REQUEST);
  for (const headers of [{ 'apollo-require-preflight': 'yes' }, { 'x-apollo-operation-name': 'A' }, JSON_TYPE]) {
    expect.soft(await get('{ __typename }', headers)).toEqual({ status: 200, code: 'ok', data: { __typename: 'Query' } });
    expect.soft(await get('mutation { logout { endedSessions } }', headers)).toEqual({ status: 405, code: 'BAD_REQUEST' });
  }
  const proof = { 'apollo-require-preflight': 'yes' };
  expect(await get('', proof)).toEqual(BAD_REQUEST);
  expect(await get('{ __typename }', proof, '&query=x')).toEqual(BAD_REQUEST);
  expect(await get('{ __typename }', proof, '&variables=x')).toEqual(BAD_REQUEST);
  expect(await get('query A { __typename }', proof, '&operationName=B')).toMatchObject({ status: 400 });
});
