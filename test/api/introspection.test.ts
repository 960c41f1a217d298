/** INTROSPECTION: on, tools find everything they need; off, no query, suggestion or page reveals the schema. */
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  introspectionFromSchema,
  lexicographicSortSchema,
  printSchema,
} from 'graphql';
import { expect, test } from 'vitest';
import { printPublicSchema } from '../../src/print-schema.js';
import { startApp } from '../support/app/start-app.js';

/** The query of Apollo Sandbox and GraphiQL. */
const FULL = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

test('the full introspection query passes the limits and tells the published schema', async () => {
  const { send } = await startApp({ settings: { INTROSPECTION: 'on' } });
  const published = textOf(introspectionFromSchema(buildSchema(await printPublicSchema())));
  for (const query of [FULL, getIntrospectionQuery()]) {
    const { status, data, errors } = await send(query);
    expect({ status, errors }).toEqual({ status: 200, errors: undefined });
    expect(textOf(data)).toBe(published);
  }
});

function textOf(introspection: IntrospectionQuery): string {
  return printSchema(lexicographicSortSchema(buildClientSchema(introspection)));
}

test('on: a misspelt field gets a suggestion', async () => {
  const { send } = await startApp({ settings: { INTROSPECTION: 'on' } });
  const { errors } = await send('{ sesions { id } }');
  expect(errors?.[0]?.message).toContain('Did you mean "sessions"');
});

test('off: introspection is refused, in every form', async () => {
  const { send } = await startApp({ settings: { INTROSPECTION: 'off' } });
  for (const query of [
    FULL,
    '{ __schema { queryType { name } } }',
    '{ a: __type(name: "User") { name } }',
    '{ ...A } fragment A on Query { __schema { description } }',
  ]) {
    const { status, data, errors } = await send(query);
    expect.soft({ status, data, code: errors?.[0]?.extensions.code }, query.slice(0, 40)).toEqual({
      status: 400,
      data: undefined,
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  }
  expect((await send('{ __typename }')).data).toEqual({ __typename: 'Query' });
});

test('off: no fault of an operation suggests a name of the schema', async () => {
  const { send } = await startApp({ settings: { INTROSPECTION: 'off' } });
  const documents: [string, object?][] = [
    ['{ sesions { id } }'],
    ['{ me { emial } }'],
    ['mutation { logout(imput: {}) { endedSessions } }'],
    ['mutation { logout(input: { scop: ALL }) { endedSessions } }'],
    ['mutation { logout(input: { scope: AL }) { endedSessions } }'],
    ['mutation($i: LogoutImput!) { logout(input: $i) { endedSessions } }'],
    ['{ ... on Qery { __typename } }'],
    ['{ __typename @includ(if: true) }'],
    ['mutation($i: LogoutInput!) { logout(input: $i) { endedSessions } }', { i: { scop: 'ALL' } }],
    ['mutation($i: LogoutInput!) { logout(input: $i) { endedSessions } }', { i: { scope: 'AL' } }],
  ];
  for (const [query, variables] of documents) {
    const { status, text } = await send(query, { variables });
    expect.soft(status, query).toBe(400);
    expect.soft(text, query).not.toContain('Did you mean');
  }
});

test('off: there is no landing page', async () => {
  const { app } = await startApp({ settings: { INTROSPECTION: 'off' } });
  const { statusCode, headers } = await app.server.inject({ url: '/graphql', headers: { accept: 'text/html' } });
  expect(statusCode).toBe(400);
  expect(headers['content-type']).toContain('application/json');
});
