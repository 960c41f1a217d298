/**
 * `@Authorized` on queries and mutations, asked in the turn of the field: the guard of type-graphql is a chain of promises, which costs
 * many times what the check costs, once for every field.
 */
import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { RequestContext } from '../caller/caller.js';
import type { Authorize } from './auth-checker.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
type ResolverClass = Function;

interface Handler {
  readonly target: ResolverClass;
  readonly schemaName: string;
  readonly roles?: readonly string[] | undefined;
}

/**
 * Puts the guard before what stands behind type-graphql's. It reads the same metadata, and whatever it does not know keeps the guard that
 * type-graphql has given it: fields of objects, subscriptions, and all that a later version may bring.
 *
 * @param guarded the schema that is served, guarded by type-graphql
 * @param bare the same one, built without a checker
 */
export function guardInTurn(guarded: GraphQLSchema, bare: GraphQLSchema, resolvers: readonly ResolverClass[], authorize: Authorize): void {
  const { queries, mutations } = getMetadataStorage() as unknown as { queries: readonly Handler[]; mutations: readonly Handler[] };
  const guard = (root: GraphQLObjectType | null | undefined, handlers: readonly Handler[]) => {
    const bareRoot = root && bare.getType(root.name);
    if (!isObjectType(bareRoot)) return;
    const known = handlers.filter(({ target }) => resolvers.some((resolver) => isOrInherits(resolver, target)));
    for (const { schemaName, target, roles } of known) {
      // Which of several of one name is served, type-graphql decides while it hands down what is inherited.
      if (!resolvers.includes(target) || known.filter((other) => other.schemaName === schemaName).length > 1) continue;
      const field = root?.getFields()[schemaName];
      const resolve = bareRoot.getFields()[schemaName]?.resolve;
      if (field === undefined || resolve === undefined || roles === undefined) continue;
      field.resolve = (source, args, context: RequestContext, info) => {
        const allowed = authorize({ context }, roles);
        return allowed instanceof Promise ? allowed.then(() => resolve(source, args, context, info)) : resolve(source, args, context, info);
      };
    }
  };
  guard(guarded.getQueryType(), queries);
  guard(guarded.getMutationType(), mutations);
}

function isOrInherits(resolver: ResolverClass, target: ResolverClass): boolean {
  return resolver === target || Object.prototype.isPrototypeOf.call(target, resolver);
}
