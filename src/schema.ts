/** Builds the schema from the resolvers of the rooms and of an embedding application. */
import { assertValidSchema, type GraphQLSchema } from 'graphql';
import { buildSchemaSync, type NonEmptyArray } from 'type-graphql';
import { createAuthChecker } from './door/auth-checker.js';
import { createGuards } from './door/guards.js';
import type { PubSub } from './graphql/pub-sub.js';
import type { RevocationCheck } from './revocation/revocation-check.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
export type ResolverClass = Function;

/**
 * @param resolvers instances, or classes whose constructor takes no arguments
 * @param pubSub the source of events for subscriptions
 */
export function createSchema(check: RevocationCheck, resolvers: readonly (ResolverClass | object)[], pubSub: PubSub): GraphQLSchema {
  const instances = new Map(resolvers.map(instanceOf));
  const classes = [...instances.keys()] as unknown as NonEmptyArray<ResolverClass>;
  const container = { get: (resolver: ResolverClass) => instances.get(resolver) };
  const guards = createGuards(createAuthChecker(check));
  // type-graphql would check the schema with a full introspection query; `assertValidSchema` needs none.
  const options = { resolvers: classes, pubSub, container, orphanedTypes: [], validate: false as const, skipCheck: true };
  const schema = buildSchemaSync({ ...options, authChecker: guards.checker });
  assertValidSchema(schema);
  // type-graphql refuses to build without a checker. With null it builds the fields without guards.
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

/** Describes a root type, because type-graphql offers no way to do that. */
function describe(root: { description: string | null | undefined } | null | undefined, description: string): void {
  if (root) root.description = description;
}
