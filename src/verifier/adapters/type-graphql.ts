/** `latchkey/verifier/type-graphql`: `@Authorized` that asks the verifier at every field, and a walk that finds fields without it. */
import type { GraphQLSchema } from 'graphql';
import { Extensions, getMetadataStorage } from 'type-graphql';
import type { Verifier } from '../contract.js';
import { createGate } from './graphql-gate.js';
import * as walk from './guarded-schema.js';
import type { CallerContext } from './request.js';

export type { CallerContext } from './request.js';

/**
 * The `authChecker` of `buildSchema`. It is asked again for the next field of the same operation and for each event, so a logout in
 * between counts. It throws errors with the codes of the login server, so it never returns false.
 */
export function createAuthChecker(verifier: Verifier) {
  const gate = createGate(verifier, true);
  // type-graphql takes a function with a prototype for a class, so this must be an arrow function.
  return (field: { readonly context: CallerContext }, roles: readonly string[]): true | Promise<true> => gate(field.context, roles);
}

/** Declares a query, mutation or subscription that everybody may ask for. */
export function Public(): MethodDecorator {
  return Extensions({ latchkey: { public: true } }) as MethodDecorator;
}

/**
 * Walks the schema that `buildSchema` has made, and puts the gate into its subscriptions.
 *
 * @returns the same schema
 * @throws TypeError with the names of all queries, mutations and subscriptions that have neither `@Authorized` nor `@Public`
 */
export function guardSchema(schema: GraphQLSchema, verifier: Verifier): GraphQLSchema {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const authorized = new Set([...namesOf('Query', queries), ...namesOf('Mutation', mutations), ...namesOf('Subscription', subscriptions)]);
  const open = [...walk.rootFields(schema)]
    .filter(([name, field]) => !authorized.has(name) && !walk.isGuarded(field))
    .map(([name]) => name);
  walk.refuse(open, 'Add @Authorized(), or @Public() from latchkey/verifier/type-graphql.');
  return walk.guardSchema(schema, verifier);
}

/** Another schema of this process may have a field of the same name. So each root field also gets a guard of its own. */
function namesOf(type: string, handlers: readonly { readonly schemaName: string; readonly roles?: unknown }[]): string[] {
  return handlers.filter(({ roles }) => roles !== undefined).map(({ schemaName }) => `${type}.${schemaName}`);
}
