/** Caches that normalize by id (Apollo, urql, Relay): an id belongs to one object of one type, and always has the same values. */
import {
  buildClientSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { expect, test } from 'vitest';
import { follow } from '../support/app/followers.js';
import { addressOf, openFeed } from '../support/feed/raw-feed.js';
import { type MutationExample, tokenFor } from '../support/mutations/mutation-example.js';
import { mutate } from '../support/mutations/mutations.js';
import { EXAMPLES } from '../support/mutations/public-mutations.js';
import { startWorld, type World } from '../support/mutations/world.js';

/** The arguments of the queries that need some, by what an administrator can ask. */
const ARGUMENTS: Readonly<Record<string, (world: World) => string>> = {
  user: ({ ada }) => `(id: "${ada.id}")`,
  userSessions: ({ ada }) => `(userId: "${ada.id}")`,
  auditEvents: () => '(first: 50, everyone: true)',
};

const DEPTH = 4;

interface Seen {
  readonly typename: string;
  readonly values: Readonly<Record<string, unknown>>;
}

async function readSchema({ app, root }: World): Promise<GraphQLSchema> {
  const { data } = await app.send(getIntrospectionQuery(), { token: root.accessToken });
  return buildClientSchema(data);
}

/** Every field of the type that needs no arguments, down to the leaves. */
function selectAll(type: GraphQLObjectType, depth = DEPTH): string {
  const fields = Object.values(type.getFields()).map((field) => selectField(field, depth));
  return `{ __typename ${fields.join(' ')} }`;
}

function selectField({ name, type, args }: GraphQLField<unknown, unknown>, depth: number): string {
  const named = getNamedType(type);
  if (args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)) return '';
  if (isLeafType(named)) return name;
  return isObjectType(named) && depth > 0 ? `${name} ${selectAll(named, depth - 1)}` : '';
}

/** Notes every object that has an id. @throws if an id has been seen with another type, or with other values */
function note(seen: Map<string, Seen>, answer: unknown): void {
  if (Array.isArray(answer)) for (const each of answer) note(seen, each);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return;
  const { id, __typename: typename, ...rest } = answer as Record<string, unknown>;
  for (const value of Object.values(rest)) note(seen, value);
  if (typeof id !== 'string' || typeof typename !== 'string') return;
  const values = Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== 'object' || value === null));
  const before = seen.get(id) ?? { typename, values };
  expect({ id, typename, values: { ...before.values, ...values } }).toEqual({ id, ...before });
  seen.set(id, before);
}

const typesIn = (seen: ReadonlyMap<string, Seen>) => new Set([...seen.values()].map(({ typename }) => typename));

async function noteQueries(world: World, schema: GraphQLSchema, seen: Map<string, Seen>): Promise<void> {
  for (const field of Object.values(schema.getQueryType()?.getFields() ?? {})) {
    const named = getNamedType(field.type);
    if (!isObjectType(named)) continue;
    const query = `{ ${field.name}${ARGUMENTS[field.name]?.(world) ?? ''} ${selectAll(named)} }`;
    const { data, errors, text } = await world.app.send(query, { token: world.root.accessToken });
    expect(errors, text).toBeUndefined();
    note(seen, data);
  }
}

function rootType(schema: GraphQLSchema, root: 'Mutation' | 'Subscription', name: string): GraphQLObjectType {
  const named = getNamedType(schema.getType(root) && (schema.getType(root) as GraphQLObjectType).getFields()[name]?.type);
  if (!isObjectType(named)) throw new Error(`${root}.${name} has no object type`);
  return named;
}

test('queries and subscriptions show each id with one type and one set of values, and every type with an id is among them', async () => {
  const world = await startWorld();
  const { app, root } = world;
  const schema = await readSchema(world);
  const address = await addressOf(app);
  expect((await (await openFeed(app)).register()).status).toBe(200);
  const queryOf = (name: string) => `subscription { ${name} ${selectAll(rootType(schema, 'Subscription', name))} }`;
  const followers = {
    sessionEvents: await follow(app, address, root.accessToken, queryOf('sessionEvents')),
    auditEventAdded: await follow(app, address, root.accessToken, queryOf('auditEventAdded')),
  };
  // Both report the same row of the audit trail.
  await app.login('root@example.com');
  const seen = new Map<string, Seen>();
  note(seen, await followers.sessionEvents.until('CREATED'));
  note(seen, await followers.auditEventAdded.until('SESSION_STARTED'));
  await noteQueries(world, schema, seen);
  expect(Object.keys((schema.getSubscriptionType() as GraphQLObjectType).getFields()).sort()).toEqual(Object.keys(followers).sort());
  const withIds = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && type.getFields().id !== undefined);
  const missing = withIds.map(({ name }) => name).filter((name) => !typesIn(seen).has(name));
  // On SQLite there are no other nodes.
  expect(missing.filter((name) => name !== 'ServerNode')).toEqual([]);
});

test.each(Object.entries(EXAMPLES))('the answer of %s gives no id to another type', async (name, { by, input }: MutationExample) => {
  const world = await startWorld();
  const schema = await readSchema(world);
  const before = new Map<string, Seen>();
  await noteQueries(world, schema, before);
  const selection = selectAll(rootType(schema, 'Mutation', name)).slice(1, -1);
  const token = tokenFor(world, by);
  const { data, errors, text } =
    input === null
      ? await world.app.send(`mutation { ${name} { ${selection} } }`, { token })
      : await mutate(world.app, name, input(world), selection, token);
  expect(errors, text).toBeUndefined();
  const after = new Map<string, Seen>();
  note(after, data);
  expect(data[name].id).toBeUndefined();
  // A mutation changes values, but no type.
  for (const [id, { typename }] of after) expect([id, before.get(id)?.typename ?? typename]).toEqual([id, typename]);
  const texts = new Set(JSON.stringify(data).match(/"id":"[^"]+"/g));
  expect(texts.size).toBe(after.size);
});
