/** How much one request may ask for: the server refuses more before anything runs. */
import { getIntrospectionQuery } from 'graphql';
import { expect, test } from 'vitest';
import { MAX_ALIASES, MAX_COST, MAX_DEPTH, MAX_DIRECTIVES, MAX_TOKENS } from '../../src/graphql/query-limits.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';

const REFUSED = { status: 400, data: undefined, code: 'GRAPHQL_VALIDATION_FAILED' };

async function outcomeOf({ send }: TestApp, query: string) {
  const { status, data, errors } = await send(query);
  return { status, data, code: errors?.[0]?.extensions.code };
}

async function messageOf({ send }: TestApp, query: string) {
  return (await send(query)).errors?.[0]?.message;
}

const times = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, index) => make(index)).join(' ');

test('aliases are counted, of `__typename` too', async () => {
  const app = await startApp();
  expect((await app.send(`{ ${times(MAX_ALIASES, (i) => `a${i}: __typename`)} }`)).status).toBe(200);
  expect(await outcomeOf(app, `{ ${times(MAX_ALIASES + 1, (i) => `a${i}: __typename`)} }`)).toEqual(REFUSED);
  expect(await messageOf(app, `{ ${times(MAX_ALIASES + 1, (i) => `a${i}: me { id }`)} }`)).toContain(
    'Aliases limit of 15 exceeded, found 16',
  );
});

test('aliases are counted through fragments, inline, nested and repeated ones', async () => {
  const app = await startApp();
  const eight = (prefix: string) => times(8, (i) => `${prefix}${i}: __typename`);
  const documents = {
    fragment: `{ ...A ${eight('b')} } fragment A on Query { ${eight('a')} }`,
    nested: `{ ...A } fragment A on Query { ${eight('a')} ...B } fragment B on Query { ${eight('b')} }`,
    inline: `{ ... on Query { ${eight('a')} ... { ${eight('b')} } } }`,
    repeated: `{ x: me { ...U } y: me { ...U } } fragment U on User { ${eight('a')} }`,
    'declared first': `fragment A on Query { ${eight('a')} ...B } fragment B on Query { ${eight('b')} } { ...A }`,
    'in a second operation': `query One { __typename } query Two { ${eight('a')} ${eight('b')} }`,
  };
  for (const [how, query] of Object.entries(documents)) expect.soft(await outcomeOf(app, query), how).toEqual(REFUSED);
});

test('fragments in a circle are refused', async () => {
  const app = await startApp();
  for (const query of [
    '{ ...A } fragment A on Query { ...A }',
    '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A ...A ...A }',
    `{ ...A } fragment A on Query { ${times(100, (i) => `a${i}: __typename`)} ...A ...A }`,
  ]) {
    expect.soft(await outcomeOf(app, query), query.slice(0, 60)).toEqual(REFUSED);
  }
});

test('two hundred logins in one request are refused before one of them runs', async () => {
  const app = await startApp();
  await app.register();
  const before = await sessionsOf(app);
  // The credentials are right, so a login that ran would have opened a session.
  const login = (i: number) => `a${i}: login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken }`;
  expect((await outcomeOf(app, `mutation { ${times(200, login)} }`)).status).toBe(400);
  expect(await outcomeOf(app, `mutation { ${times(MAX_ALIASES + 1, login)} }`)).toEqual(REFUSED);
  expect(await sessionsOf(app)).toBe(before);
  expect((await app.send(`mutation { ${times(2, login)} }`)).status).toBe(200);
  expect(await sessionsOf(app)).toBe(before + 2);
});

async function sessionsOf({ app }: TestApp): Promise<number> {
  const outcome = await app.administration.listSessions({ user: EMAIL });
  return outcome.kind === 'done' ? outcome.result.length : Number.NaN;
}

test('the parser stops at its number of tokens, whatever the document is made of', async () => {
  const app = await startApp();
  const bomb = `{ ${'...{'.repeat(9_000)}__typename${'}'.repeat(9_000)} }`;
  expect(bomb.length).toBeGreaterThan(37_000);
  expect(await outcomeOf(app, bomb)).toEqual({ ...REFUSED, code: 'GRAPHQL_PARSE_FAILED' });
  expect(await messageOf(app, bomb)).toContain(`Document contains more that ${MAX_TOKENS} tokens`);
  expect(await messageOf(app, `{ ${'__typename '.repeat(MAX_TOKENS)} }`)).toContain('Parsing aborted');
  const exactly = `{ ${'__typename '.repeat(MAX_TOKENS - 2)} }`;
  expect((await app.send(exactly)).status).toBe(200);
});

test('depth is limited, through fragments too', async () => {
  const app = await startApp();
  const deep = (depth: number) => `${'... on Query { '.repeat(depth - 1)}__typename${' }'.repeat(depth - 1)}`;
  expect((await app.send(`{ ${deep(MAX_DEPTH)} }`)).status).toBe(200);
  expect(await messageOf(app, `{ ${deep(MAX_DEPTH + 1)} }`)).toContain('Query depth limit of 10 exceeded');
  const spread = `{ ${'... on Query { '.repeat(5)} ...A ${' }'.repeat(5)} } fragment A on Query { ${deep(6)} }`;
  expect(await outcomeOf(app, spread)).toEqual(REFUSED);
});

test('directives are limited, through fragments too', async () => {
  const app = await startApp();
  const fields = (count: number) => `{ ${times(count, () => '__typename @include(if: true)')} }`;
  expect((await app.send(fields(MAX_DIRECTIVES))).status).toBe(200);
  expect(await messageOf(app, fields(MAX_DIRECTIVES + 1))).toContain('Directives limit of 10 exceeded');
  const spread = `{ ...A } fragment A on Query { ${times(MAX_DIRECTIVES + 1, () => '__typename @skip(if: false)')} }`;
  expect(await outcomeOf(app, spread)).toEqual(REFUSED);
});

test('cost is limited: depth multiplies it', async () => {
  const app = await startApp();
  const wide = times(100, () => 'id email name createdAt');
  const query = `{ me { ${'... on User { '.repeat(8)} ${wide} ${'}'.repeat(8)} } }`;
  expect(await messageOf(app, query)).toContain(`Query Cost limit of ${MAX_COST} exceeded`);
  expect(await outcomeOf(app, query)).toEqual(REFUSED);
});

test('introspection within introspection is refused, however it is hidden', async () => {
  const app = await startApp();
  const { status } = await app.send(getIntrospectionQuery());
  expect(status).toBe(200);
  const loop = 'fields { type { fields { type { fields { type { fields { type { name } } } } } } } }';
  expect(await outcomeOf(app, `{ __schema { types { ${loop} } } }`)).toEqual(REFUSED);
  expect(await outcomeOf(app, `{ __schema { types { ...T } } } fragment T on __Type { ${loop} }`)).toEqual(REFUSED);
});
