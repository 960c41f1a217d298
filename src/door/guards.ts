/**
 * `@Authorized` on queries and mutations, asked in the turn of the field: the guard of type-graphql is a chain of promises, which costs
 * many times what the check costs, once for every field.
 */
import { type GraphQLFieldResolver, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import type { RequestContext } from '../caller/caller.js';
import type { Authorize } from './auth-checker.js';

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;

/** The guards of one schema. */
export interface Guards {
  /** What type-graphql asks. It is an arrow: type-graphql takes a function with a prototype for a class. */
  readonly checker: Authorize;
  /**
   * Puts the guard of this file before what is behind the guard of type-graphql.
   *
   * @param guarded the schema that is served, built with `checker`
   * @param bare the same one, built without a checker
   */
  askInTurn(guarded: GraphQLSchema, bare: GraphQLSchema): void;
}

/**
 * Only type-graphql knows the roles of a field, and it names them when it asks the checker. So the first call of a field goes through the
 * guard of type-graphql, and the roles that were named then guard all later ones. A field for which none were named keeps the guard that
 * it has: a mistake here is slow, and not open.
 */
export function createGuards(authorize: Authorize): Guards {
  /** The roles that were named in this turn. */
  let named: readonly string[] | null = null;

  const guardInTurn = (resolve: Resolve, behindGuard: Resolve): Resolve => {
    let roles: readonly string[] | null | undefined;
    return (source, args, context, info) => {
      if (roles === undefined) {
        named = null;
        const answer = resolve(source, args, context, info);
        roles = named;
        // A resolver without a guard may itself have called one that has one.
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
