/** Joins the schema of Latchkey with the resolvers of an application, so that Latchkey's fields keep Latchkey's resolvers. */
import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { AnyResolver } from './own-context.js';

/** Wraps the resolvers of all fields that Latchkey alone does not have. */
export function wrapOwnFields(joined: GraphQLSchema, core: GraphQLSchema, wrap: (resolve: AnyResolver) => AnyResolver): void {
  for (const { field, coreField } of fieldsOf(joined, core)) {
    if (coreField !== undefined) continue;
    if (field.resolve) field.resolve = wrap(field.resolve);
    if (field.subscribe) field.subscribe = wrap(field.subscribe);
  }
}

/**
 * Puts the resolvers of `core`, which was built without any part of the application, into the fields that both schemas have. So no
 * middleware, container or validation of the application can stand before a field of Latchkey.
 */
export function keepCoreFields(joined: GraphQLSchema, core: GraphQLSchema): void {
  for (const { field, coreField } of fieldsOf(joined, core)) {
    if (coreField === undefined) continue;
    field.resolve = coreField.resolve;
    field.subscribe = coreField.subscribe;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: graphql-js itself types the source and the context of a field so
type AnyField = GraphQLField<any, any>;

function* fieldsOf(joined: GraphQLSchema, core: GraphQLSchema): Generator<{ field: AnyField; coreField: AnyField | undefined }> {
  for (const type of Object.values(joined.getTypeMap())) {
    const coreType = core.getType(type.name);
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    const coreFields = isObjectType(coreType) ? coreType.getFields() : {};
    for (const field of Object.values(type.getFields())) yield { field, coreField: coreFields[field.name] };
  }
}
