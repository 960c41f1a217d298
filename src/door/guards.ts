/**
 * `@Authorized` on queries and mutations, checked without a promise where possible. The guard of type-graphql is a chain of promises for
 * every field, which costs many times what the check costs.
 */
import { type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../caller/caller.js';
import type { Authorize } from './auth-checker.js';

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

/** The guards of one schema. */
export interface Guards {
  /** The checker for type-graphql. It must be an arrow function: type-graphql takes a function with a prototype for a class. */
  readonly checker: Authorize;
  /**
   * Puts the guard of this file in place of the guard of type-graphql, before the same resolvers.
   *
   * @param guarded the schema that is served, built with `checker`
   * @param bare the same one, built without a checker
   */
  askInTurn(guarded: GraphQLSchema, bare: GraphQLSchema): void;
}

/**
 * Only type-graphql knows the roles of a field, and it passes them to the checker. So the first call of a field goes through the guard of
 * type-graphql, and the roles that it passed then guard all later calls. If it passed none, the field keeps the guard of type-graphql.
 * So a mistake here makes a field slow, but never open.
 */
export function createGuards(authorize: Authorize): Guards {
  /** The roles that type-graphql passed to the checker since the current first call of a field began. */
  let named: readonly string[] | null = null;

  const guardInTurn = (resolve: Resolve, behindGuard: Resolve): Resolve => {
    let roles: readonly string[] | null | undefined;
    return (source, args, context, info) => {
      if (roles === undefined) {
        named = null;
        const answer = resolve(source, args, context, info);
        roles = named;
        // A resolver without a guard may have called one with a guard; those roles must not reach the next field.
        named = null;
        return answer;
      }
      if (roles === null) return resolve(source, args, context, info);
      const allowed = authorize({ context }, roles);
      if (!(allowed instanceof Promise)) return behindGuard(source, args, context, info);
      return allowed.then(() => behindGuard(source, args, context, info));
    };
  };

  const guardRoot = (root: GraphQLObjectType | null | undefined, bare: GraphQLSchema) => {
    const bareRoot = root && bare.getType(root.name);
    if (!root || !isObjectType(bareRoot)) return;
    const bareFields = bareRoot.getFields();
    for (const field of Object.values(root.getFields())) {
      const behindGuard = bareFields[field.name]?.resolve;
      if (field.resolve && behindGuard) field.resolve = guardInTurn(field.resolve, behindGuard);
    }
  };

  return {
    checker: (field, roles) => {
      named ??= roles;
      return authorize(field, roles);
    },
    askInTurn(guarded, bare) {
      guardRoot(guarded.getQueryType(), bare);
      guardRoot(guarded.getMutationType(), bare);
    },
  };
}
