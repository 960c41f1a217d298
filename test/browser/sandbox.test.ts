/** Apollo Sandbox in a frame of our page, and the Sandbox that Apollo hosts. A stand-in takes the place of Apollo's servers. */
import type { Frame, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { LOGIN_FLOW } from '../../src/http/login-flow.js';
import { PASSWORD } from '../support/app/requests.js';
import { findViolations } from '../support/browser/accessibility.js';
import { frameOfApollo, standInForApollo } from '../support/browser/apollo.js';
import { type Console, logIn, openTab, startConsole } from '../support/browser/console.js';

const LOGIN = `mutation { login(input: { email: "ada@example.com", password: "${PASSWORD}" }) { accessToken refreshToken } }`;

async function openSandbox(app: Console, path = '/graphiql/sandbox') {
  const context = await app.openBrowser();
  const tab = await openTab(context, path, standInForApollo);
  return { ...tab, context, frame: await frameOfApollo(tab.page) };
}

const ask = <Answer>(frame: Frame, message: object) => frame.evaluate<Answer>(`ask(${JSON.stringify(message)})`);

interface Response {
  readonly response: { data?: Record<string, Record<string, string>>; errors?: { extensions: object }[]; status?: number };
}

let count = 0;
const run = (frame: Frame, operation: string, headers = {}) => {
  count += 1;
  return ask<Response>(frame, { name: 'ExplorerRequest', operationId: `${count}`, operation, headers });
};

const told = (page: Page, text: string) => page.getByRole('status').getByText(text).waitFor();

test('GraphiQL is the page of a fresh start, and its link opens Sandbox in a new tab that can’t reach back', async () => {
  const app = await startConsole();
  const context = await app.openBrowser();
  const { page } = await openTab(context, '/graphql');
  const [sandbox] = await Promise.all([context.waitForEvent('page'), page.getByRole('link', { name: 'Open in Apollo Sandbox' }).click()]);
  await told(sandbox, "Waiting for Apollo's servers.");
  expect(new URL(sandbox.url()).pathname).toBe('/graphiql/sandbox');
  expect(await sandbox.evaluate('window.opener')).toBeNull();
  await sandbox.getByRole('link', { name: 'Open GraphiQL' }).click();
  await sandbox.getByRole('heading', { name: 'Log in' }).waitFor();
});

test.for([
  [{}, '/graphiql/sandbox'],
  [{ EXPLORER: 'sandbox' }, '/graphql'],
] as const)('Sandbox reads the schema, logs in and out and follows a subscription: %j at %s', async ([settings, path]) => {
  const app = await startConsole({ settings });
  const { frame, page, complaints } = await openSandbox(app, path);
  await told(page, 'This frame is a page of Apollo.');
  const { parentHref } = await frame.evaluate<{ parentHref: string }>('greeted');
  expect(parentHref).toBe(`${app.address}${path}`);
  const asked = Object.fromEntries(new URL(frame.url()).searchParams);
  expect(asked).toMatchObject({ endpoint: `${app.address}/graphql`, defaultDocument: LOGIN_FLOW, endpointIsEditable: 'false' });
  expect(asked).toMatchObject({ runTelemetry: 'false', shouldDefaultAutoupdateSchema: 'false', defaultIncludeCookies: 'false' });
  const introspectionRequestBody = JSON.stringify({ query: '{ __schema { queryType { name } } }' });
  const schema = await ask(frame, { name: 'IntrospectionQueryWithHeaders', operationId: 'schema', introspectionRequestBody });
  expect(schema).toMatchObject({ name: 'SchemaResponse', schema: { __schema: { queryType: { name: 'Query' } } } });
  const { response } = await run(frame, LOGIN);
  expect(response).toMatchObject({ status: 200, data: { login: { accessToken: expect.any(String), refreshToken: expect.any(String) } } });
  const headers = { Authorization: `Bearer ${response.data?.login?.accessToken}` };
  expect((await run(frame, '{ me { email } }', headers)).response.data?.me?.email).toBe('ada@example.com');
  const subscription = { name: 'ExplorerSubscriptionRequest', operationId: 'events', operation: 'subscription { sessionEvents { kind } }' };
  await frame.evaluate(`void (window.event = ask(${JSON.stringify({ ...subscription, headers })}))`);
  await frame.waitForFunction(`heard.some(({ status }) => status === 'connected')`);
  while ((await run(frame, LOGIN)) && !(await frame.evaluate(`heard.some(({ operationId }) => operationId === 'events')`)));
  expect(await frame.evaluate('event')).toMatchObject({ response: { data: { data: { sessionEvents: { kind: 'CREATED' } } } } });
  await run(frame, 'mutation { logout { endedSessions } }', headers);
  const refused = await run(frame, '{ me { email } }', headers);
  expect(refused.response.errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
  await frame.waitForFunction(`heard.some(({ response }) => String(response?.error?.message).includes('TOKEN_REVOKED'))`);
  expect(complaints).toEqual([]);
});

test('a request that fails is answered with the reason, and a message that is no request is ignored', async () => {
  const { frame, page, context } = await openSandbox(await startConsole());
  await told(page, 'This frame is a page of Apollo.');
  expect(await run(frame, '{ me { id } }', { 'not a name': '1' })).toMatchObject({
    response: { data: null, error: { message: /header/i } },
  });
  for (const message of [
    'null',
    '7',
    '"x"',
    '{}',
    '{ name: "ExplorerRequest", operation: 1 }',
    '{ name: "IntrospectionQueryWithHeaders" }',
  ]) {
    await frame.evaluate(`parent.postMessage(${message}, '*')`);
  }
  await context.setOffline(true);
  expect(await run(frame, '{ me { id } }')).toMatchObject({ response: { data: null, error: { message: 'Failed to fetch' } } });
});

test.each(['light', 'dark'] as const)(
  'without the internet the page says what it waits for, and breaks no rule of axe: %s',
  async (colorScheme) => {
    const app = await startConsole();
    const context = await app.openBrowser({ colorScheme });
    await context.route(/^https:/, (route) => route.abort());
    const { page } = await openTab(context, '/graphiql/sandbox');
    await told(page, "Waiting for Apollo's servers.");
    expect(await findViolations(page, 'body > header')).toEqual([]);
  },
);

test('the Sandbox that Apollo hosts logs in and follows a subscription on a fresh start, and can use no cookie [R30]', async () => {
  const app = await startConsole();
  const context = await app.openBrowser({ permissions: ['local-network-access'] });
  await logIn(context);
  const { page } = await openTab(context, 'https://studio.apollographql.com/sandbox/explorer', standInForApollo);
  const send = (query: string, init: object) =>
    page.evaluate<string>(`fetch('${app.address}/graphql', { method: 'POST', body: ${JSON.stringify(JSON.stringify({ query }))}, ...${JSON.stringify(init)} })
      .then((answer) => answer.text(), (error) => error.name)`);
  const json = { 'content-type': 'application/json' };
  const { accessToken } = JSON.parse(await send(LOGIN, { headers: json })).data.login;
  const authorization = `Bearer ${accessToken}`;
  expect(await send('{ me { email } }', { headers: { ...json, authorization, 'x-own': '1' } })).toContain('ada@example.com');
  const acknowledged = page.evaluate<string>(`new Promise((resolve) => {
    const socket = new WebSocket('${app.address.replace('http', 'ws')}/graphql', 'graphql-transport-ws');
    socket.onopen = () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: '${authorization}' } }));
    socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
    socket.onclose = ({ code }) => resolve(String(code));
  })`);
  expect(await acknowledged).toBe('connection_ack');
  const refresh = 'mutation { refreshToken { accessToken } }';
  expect(await send(refresh, { headers: json, credentials: 'include' })).toBe('TypeError');
  expect(await send(refresh, { headers: { ...json, 'latchkey-refresh-token': 'cookie' } })).toBe('TypeError');
});
