/** Builds the schema from the resolvers: those of the rooms, and those of an embedding application. */
import { assertValidSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { createAuthChecker } from './door/auth-checker.js';
import { createGuards } from './door/guards.js';
import type { PubSub } from './graphql/pub-sub.js';
import type { RevocationCheck } from './revocation/revocation-check.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
export type ResolverClass = Function;

/**
 * @param resolvers an instance of each class, or a class that is made without arguments
 * @param pubSub where subscriptions hear of events
 */
export function createSchema(check: RevocationCheck, resolvers: readonly (ResolverClass | object)[], pubSub: PubSub): GraphQLSchema {
  const instances = new Map(resolvers.map(instanceOf));
  const classes = [...instances.keys()] as unknown as NonEmptyArray<ResolverClass>;
  const container = { get: (resolver: ResolverClass) => instances.get(resolver) };
  const guards = createGuards(createAuthChecker(check));
  // Its own check asks the finished schema for everything there is in it.
  const options = { resolvers: classes, pubSub, container, orphanedTypes: [], validate: false as const, skipCheck: true };
  const schema = buildSchemaSync({ ...options, authChecker: guards.checker });
  assertValidSchema(schema);
  // Without one it refuses to build; null is none.
  const bare = buildSchemaSync({ ...options, authChecker: null as never });
  guards.askInTurn(schema, bare);
  describe(schema.getQueryType(), 'What can be asked.');
  describe(schema.getMutationType(), 'What can be done.');
  describe(schema.getSubscriptionType(), 'What can be listened to.');
  return schema;
}

function instanceOf(resolver: ResolverClass | object): [ResolverClass, object] {
  return typeof resolver === 'function' ? [resolver, new (resolver as new () => object)()] : [resolver.constructor, resolver];
}

/** type-graphql has no place for the description of a root type. */
function describe(root: { description: string | null | undefined } | null | undefined, description: string): void {
  if (root) root.description = description;
}
