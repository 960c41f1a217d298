/** Notes in a schema which of its fields are `@Authorized`: only the metadata of type-graphql knows it, and a later schema replaces that. */
import { type GraphQLField, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import type { ResolverClass } from './own-resolvers.js';

/** The name in the extensions of a field. */
const AUTHORIZED = 'latchkeyAuthorized';

// biome-ignore lint/suspicious/noExplicitAny: graphql-js itself types the source and the context of a field so
type AnyField = GraphQLField<any, any>;

/** A field of a resolver or a type, as type-graphql keeps it after it has built a schema. */
interface Known {
  readonly schemaName: string;
  readonly roles?: readonly unknown[] | undefined;
}

/**
 * Call it before another schema is built.
 *
 * @param schema what type-graphql has just built
 * @param classes the resolver classes that it was built from
 */
export function noteAuthorizedFields(schema: GraphQLSchema, classes: readonly ResolverClass[]): void {
  const { queries, mutations, subscriptions, objectTypes, interfaceTypes } = getMetadataStorage();
  const ofRoot = (handlers: readonly (Known & { readonly target: ResolverClass })[]) =>
    handlers.filter(({ target }) => classes.includes(target));
  note(schema, schema.getQueryType()?.name, ofRoot(queries));
  note(schema, schema.getMutationType()?.name, ofRoot(mutations));
  note(schema, schema.getSubscriptionType()?.name, ofRoot(subscriptions));
  for (const { name, fields = [] } of [...objectTypes, ...interfaceTypes]) note(schema, name, fields);
}

/** Whether the field refuses callers without a live access token. */
export function isAuthorizedField({ extensions }: Pick<AnyField, 'extensions'>): boolean {
  return extensions[AUTHORIZED] === true;
}

function note(schema: GraphQLSchema, typeName: string | undefined, known: readonly Known[]): void {
  const type = typeName === undefined ? undefined : schema.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return;
  const fields = type.getFields();
  for (const { schemaName, roles } of known) {
    const field = fields[schemaName];
    if (field !== undefined && roles !== undefined) field.extensions = { ...field.extensions, [AUTHORIZED]: true };
  }
}
