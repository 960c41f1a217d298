/** The cache of repeated operations answers exactly as Apollo Server's pipeline does, and steps aside for plugins. */
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import { expect, test, vi } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { answerTo, startLanePair } from '../support/app/lane-pair.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { logOut } from '../support/mutations/mutations.js';
import { CrateResolver } from '../support/resolvers/lane-resolvers.js';

const QUERIES: readonly (readonly [query: string, variables?: unknown, operationName?: unknown])[] = [
  ['{ crate { label inner { label } } }'],
  ['query ($label: String!) { a: crate(label: $label) { __typename label } b: crate(label: "b") { label } }', { label: 'x\u0000ü' }],
  ['query ($label: String!) { crate(label: $label) { label } }', {}],
  ['query ($label: String!) { crate(label: $label) { label } }', { label: null }],
  ['query ($label: String!) { crate(label: $label) { label } }', { label: 7 }],
  ['query ($label: String = "d") { crate(label: $label) { label } }', null],
  ['query ($label: String = "d") { crate(label: $label) { label } }', { label: null }],
  ['query ($label: String = "d") { crate(label: $label) { label } }', { other: [1] }],
  ['query ($on: Boolean!) { crate { label @include(if: $on) inner @skip(if: $on) { label } } }', { on: true }],
  ['query ($on: Boolean!) { crate { label @include(if: $on) inner @skip(if: $on) { label } } }', { on: false }],
  ['query A { crate(label: "a") { label } } query B { crate(label: "b") { label } }', undefined, 'B'],
  ['query A { crate(label: "a") { label } } query B { crate(label: "b") { label } }', undefined, 'C'],
  ['query A { crate(label: "a") { label } } query B { crate(label: "b") { label } }'],
  ['query A { own } mutation B { logout { endedSessions } }', undefined, 'A'],
  ['fragment F on Crate { label } query { crate { ...F ... on Crate { inner { ...F } } } }'],
  ['{ later(count: 3) }'],
  ['{ later(count: 3) own }'],
  ['{ own administrators me { email } }'],
  ['{ internal own }'],
  ['{ internalLater own }'],
  ['{ meant own }'],
  ['{ withHead own }'],
  ['{ withHalfHead own }'],
  ['{ withoutStatus own }'],
  ['{ withType own }'],
  ['{ frozen own }'],
  ['{ placed own }'],
  ['{ placed later(count: 1) }'],
  ['{ required own }'],
  ['{ crate { broken } own }'],
  ['{ crate { inner { broken } } own }'],
  ['{ __typename }'],
  ['{ __type(name: "Crate") { fields { name } } }'],
  ['{ nothing }'],
  ['{ crate { label }'],
  ['subscription { sessionEvents { id } }'],
  ['{ crate { label } }', 'text'],
  ['{ crate { label } }', [1]],
  ['{ crate { label } }', {}, 7],
  [''],
  ['mutation { __typename }'],
  ['mutation { logout { endedSessions } }'],
  ['mutation ($t: String) { logout(input: { refreshToken: $t }) { endedSessions userErrors { code } } }', { t: 'none' }],
  ['mutation ($t: String) { logout(input: { refreshToken: $t }) { endedSessions userErrors { code } } }', { t: 7 }],
  ['mutation ($input: VerifyEmailInput!) { verifyEmail(input: $input) { userErrors { code } } }', { input: { code: 'x', more: 1 } }],
  ['mutation A { fill(crates: 2) { label } } query B { own }', undefined, 'A'],
  ['mutation { a: fill(crates: 1) { label } b: fillLater(crates: 1) { label } c: fill(crates: 1) { label broken } own: hidden }'],
  ['mutation { a: fillLater(crates: 9) { label } b: refuse c: fill(crates: 1) { label } }'],
  ['mutation { a: fill(crates: 1) { label } b: insist c: fill(crates: 1) { label } }'],
  ['mutation ($on: Boolean!) { fill(crates: 1) { label @include(if: $on) } }', { on: false }],
  ['mutation { hidden }'],
  // A field for each three characters, and more: too many for a plan.
  [
    '{ crate { ...A } } fragment A on Crate { a: inner { ...B } b: inner { ...B } } fragment B on Crate { a: inner { ...C } b: inner { ...C } } fragment C on Crate { a: label b: label label }',
  ],
  // Its answer would lose the field if it were an object with a prototype.
  ['{ crate { __proto__: label label } }'],
  ['{ crate { toJSON: label constructor: label then: label } }'],
  ['{ crate { label label inner { label } inner { __typename } } }'],
  ['{ crate { inner { inner { inner { label } } } } }'],
];

const ACCEPTS = [
  undefined,
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json,application/json;q=0.9',
  'application/json;q=0.5, application/graphql-response+json;q=0.4',
  'text/plain',
];

async function startPair() {
  const pair = await startLanePair({ resolvers: [CrateResolver] });
  const [lane, pipeline] = await Promise.all(pair.map(makeCallers));
  const names = Object.keys(lane ?? {});
  return { apps: pair, callers: names.map((name) => ({ name, tokens: [lane?.[name], pipeline?.[name]] as const })) };
}

async function makeCallers(app: TestApp): Promise<Record<string, string | undefined>> {
  const [user, admin, gone] = [await app.register(), await makeAdministrator(app), await app.login()];
  await logOut(app, { token: gone.accessToken });
  return { nobody: undefined, user: user.accessToken, admin: admin.accessToken, gone: gone.accessToken, false: 'x.y.z' };
}

test('the short way answers byte for byte what the pipeline answers, to everybody, with the same headers and status', async () => {
  const { apps, callers } = await startPair();
  for (const [query, variables, operationName] of QUERIES) {
    for (const { name, tokens } of callers) {
      const body = { query, variables, operationName };
      const title = `${name}: ${JSON.stringify(body)}`;
      // The first and later times must make no difference.
      for (let time = 1; time <= 3; time += 1) {
        const [lane, pipeline] = await Promise.all(apps.map((app, index) => answerTo(app, { body, token: tokens[index] })));
        expect.soft(lane, `${title}, time ${time}`).toEqual(pipeline);
      }
    }
  }
});

test('the short way speaks as the pipeline does to a client that accepts this or that', async () => {
  const { apps, callers } = await startPair();
  const tokens = callers.find(({ name }) => name === 'user')?.tokens ?? [];
  for (const query of ['{ own }', '{ administrators }', '{ internal }', '{ nothing }'])
    for (const accept of ACCEPTS)
      for (let time = 1; time <= 3; time += 1) {
        const sent = { body: { query }, accept };
        const [lane, pipeline] = await Promise.all(apps.map((app, index) => answerTo(app, { ...sent, token: tokens[index] })));
        expect.soft(lane, `${query} ${accept}, time ${time}`).toEqual(pipeline);
      }
});

test('an operation that comes again does not enter the pipeline, unless a plugin follows requests', async () => {
  const entered = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
  const { apps } = await startPair();
  const countOf = async (app: TestApp, body: object) => {
    const before = entered.mock.calls.length;
    for (let time = 0; time < 5; time += 1) await answerTo(app, { body });
    return entered.mock.calls.length - before;
  };
  const [lane, pipeline] = apps;
  expect(await countOf(lane, { query: '{ crate { label } }' })).toBe(1);
  expect(await countOf(pipeline, { query: '{ crate { label } }' })).toBe(5);
  expect(await countOf(lane, { query: '{ nothing }' })).toBe(5);
  expect(await countOf(lane, { query: 'mutation { logout { endedSessions } }' })).toBe(1);
  expect(await countOf(lane, { query: 'subscription { sessionEvents { id } }' })).toBe(5);
  expect(await countOf(lane, { query: '{ crate { label } }', extensions: { any: 1 } })).toBe(5);
  entered.mockRestore();
});

test('a plugin that follows requests sees every one of them, with all its hooks', async () => {
  const seen: string[] = [];
  const plugin: ApolloServerPlugin<BaseContext> = {
    async requestDidStart() {
      seen.push('request');
      return {
        didResolveOperation: async () => void seen.push('operation'),
        executionDidStart: async () => ({ willResolveField: ({ info }) => void seen.push(info.fieldName) }),
        willSendResponse: async () => void seen.push('response'),
      };
    },
  };
  const app = await startApp({ resolvers: [CrateResolver], plugins: [plugin] });
  const { accessToken } = await app.register();
  seen.length = 0;
  for (let time = 0; time < 4; time += 1) await app.send('{ own }', { token: accessToken });
  expect(seen).toEqual(Array.from({ length: 4 }, () => ['request', 'operation', 'own', 'response']).flat());
});

test('what fails on the short way is counted and logged as everywhere', async () => {
  const { apps, callers } = await startPair();
  const gone = callers.find(({ name }) => name === 'gone')?.tokens ?? [];
  const figures = await Promise.all(
    apps.map(async (app, index) => {
      for (let time = 0; time < 4; time += 1) await app.send('{ own }', { token: gone[index] });
      const { payload } = await app.app.metrics.inject({ url: '/metrics' });
      return payload.split('\n').filter((line) => line.startsWith('latchkey_denials'));
    }),
  );
  expect(figures[0]?.length).toBeGreaterThan(0);
  expect(figures[0]).toEqual(figures[1]);
});
