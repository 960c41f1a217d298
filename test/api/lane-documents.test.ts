/** Generated documents: the short way and the pipeline answer each of them with the same bytes, the first time and every later time. */
import { ApolloServer } from '@apollo/server';
import { type GraphQLSchema, Kind, parse, visit } from 'graphql';
import { expect, test, vi } from 'vitest';
import { answerTo, startLanePair } from '../support/app/lane-pair.js';
import { seededRandom } from '../support/app/random.js';
import { type GeneratedRequest, generateDocument } from '../support/fuzz/documents.js';
import { ShelfResolver } from '../support/resolvers/shelf-resolvers.js';

const SEED = 15;
const DOCUMENTS = 60;
/** The first time is the pipeline's, and the others are the short way's. */
const TIMES = 3;
const ROOT_FIELDS = ['plank', 'plankLater', 'shelf', 'thing', 'places', 'ownPlank', 'sealed', 'saw', 'paint', 'hide'];

/** Its resolver changes what the text gave it. If that belonged to the plan, the next request would see the change. */
const CHANGED: GeneratedRequest = { query: '{ plank { cut(at: 1, cut: { at: 2, marks: ["a"] }) } }', variables: {} };

function generate(schema: GraphQLSchema): GeneratedRequest[] {
  const random = seededRandom(SEED);
  return Array.from({ length: DOCUMENTS }, (_, index) =>
    generateDocument(schema, random, (field) => ROOT_FIELDS.includes(field), index % 4 === 3 ? 'mutation' : 'query'),
  );
}

test(`generated documents are answered alike, seed ${SEED}`, async () => {
  const [lane, pipeline] = await startLanePair({ resolvers: [ShelfResolver] });
  const tokens = await Promise.all([lane, pipeline].map(async (app) => (await app.register()).accessToken));
  // The short way learns from it how to answer.
  await answerTo(lane, { body: { query: '{ __typename }' } });
  const entered = vi.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
  const shown = { answers: 0, errors: 0, nothing: 0 };
  for (const body of [CHANGED, ...generate(lane.app.schema)]) {
    for (let time = 1; time <= TIMES; time += 1) {
      const mine = await answerTo(lane, { body, token: tokens[0] });
      expect.soft(mine, `${JSON.stringify(body)}, time ${time}`).toEqual(await answerTo(pipeline, { body, token: tokens[1] }));
      const { data, errors } = JSON.parse(mine.payload) as { data?: unknown; errors?: unknown };
      if (data) shown.answers += 1;
      if (data && errors) shown.errors += 1;
      if (data === null) shown.nothing += 1;
    }
  }
  // The pipeline of the other server was entered each time.
  const byLane = 2 * (DOCUMENTS + 1) * TIMES - entered.mock.calls.length;
  entered.mockRestore();
  // Documents with a wrong variable always take the pipeline. Most others must have shown what they are for.
  expect(byLane).toBeGreaterThan(DOCUMENTS * 1.2);
  for (const count of Object.values(shown)) expect(count).toBeGreaterThan(DOCUMENTS * 0.3);
});

test('the generated documents have everything that an execution must tell apart', async () => {
  const [lane] = await startLanePair({ resolvers: [ShelfResolver] });
  const seen = new Set<string>();
  for (const { query } of generate(lane.app.schema)) {
    visit(parse(query), {
      enter(node) {
        seen.add(node.kind);
        if (node.kind === Kind.FIELD && node.alias) seen.add('alias');
        if (node.kind === Kind.VARIABLE_DEFINITION && node.defaultValue) seen.add('default');
        if (node.kind === Kind.FIELD) seen.add(node.name.value);
      },
    });
  }
  const kinds = [Kind.FRAGMENT_SPREAD, Kind.INLINE_FRAGMENT, Kind.DIRECTIVE, Kind.VARIABLE, Kind.OBJECT, Kind.LIST, Kind.ENUM, Kind.NULL];
  const fields = ['broken', 'brokenLater', 'missing', 'mixed', 'strictLater', 'table', 'somePlanks', 'thenable', 'parts', 'cut', 'info'];
  expect([...kinds, ...fields, 'alias', 'default', '__typename'].filter((name) => !seen.has(name))).toEqual([]);
});
