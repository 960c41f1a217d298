/** Puts the check before the fields of a schema, and refuses a schema in which a field is neither guarded nor public. */
import { defaultFieldResolver, type GraphQLField, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import type { Verifier } from '../contract.js';
import { gateEvents, refusalIn } from './gated-events.js';
import { callerOf, connectionIn, createGate, type Gate, graphqlErrorOf } from './graphql-gate.js';

/** Who may resolve what. Fields are named as `Type.field`. */
export interface FieldAccess {
  /** Fields of Query, Mutation and Subscription that everybody may ask for. */
  readonly public?: readonly string[];
  /** The caller needs one of the roles; an empty list asks only for a live token. Fields of every object type may be named. */
  readonly roles?: Readonly<Record<string, readonly string[]>>;
}

/** What a field may say of itself under `extensions.latchkey`, instead of being named in FieldAccess. */
export interface DeclaredAccess {
  readonly public?: boolean;
  readonly roles?: readonly string[];
  /** Set by the walk through the schema. */
  readonly isGuarded?: boolean;
}

type Field = GraphQLField<unknown, unknown>;
type Resolve = GraphQLFieldResolver<unknown, unknown>;

/**
 * Guards every field of Query, Mutation and Subscription that is not public, and every other field for which roles are given. It changes
 * the schema that it gets, so it also works for schemas that are handed to a server already.
 *
 * @returns the same schema
 * @throws TypeError if `access` names a field that is not there, or one twice
 */
export function guardSchema(schema: GraphQLSchema, verifier: Verifier, access: FieldAccess = {}): GraphQLSchema {
  return guardWith(createGate(verifier, true), schema, verifier, access);
}

export function guardWith(gate: Gate, schema: GraphQLSchema, verifier: Verifier, access: FieldAccess): GraphQLSchema {
  const roots = rootFields(schema);
  const fields = objectFields(schema);
  const open = access.public ?? [];
  const unknown = [...open.filter((name) => !roots.has(name)), ...Object.keys(access.roles ?? {}).filter((name) => !fields.has(name))];
  if (unknown.length > 0) throw new TypeError(`The schema has no such fields: ${unknown.join(', ')}. Name them as Query.field.`);
  for (const [name, field] of fields) {
    const declared = declaredOf(field);
    const roles = access.roles?.[name] ?? declared.roles;
    const isPublic = open.includes(name) || declared.public === true;
    if (isPublic && roles !== undefined) throw new TypeError(`${name} is public and has roles: it can be one of them only.`);
    if (isPublic) mark(field, { public: true });
    if (declared.isGuarded === true) continue;
    if (isSubscription(schema, name)) guardEvents(field, verifier);
    if (!isPublic && (roles !== undefined || roots.has(name))) guardField(field, gate, roles ?? []);
  }
  return schema;
}

/** @throws TypeError with the names of all fields of Query, Mutation and Subscription that are neither guarded nor public */
export function refuseOpenFields(schema: GraphQLSchema): void {
  const open = [...rootFields(schema)].filter(([, field]) => !isGuarded(field)).map(([name]) => name);
  refuse(open, 'Call guardSchema(schema, verifier), and name public fields in its option "public".');
}

/** @throws TypeError if there are open fields */
export function refuse(open: readonly string[], advice: string): void {
  if (open.length > 0) throw new TypeError(`These fields are neither guarded nor public: ${open.join(', ')}. ${advice}`);
}

/** Asks before the field is resolved, at every call. */
export function guardField(field: Field, gate: Gate, roles: readonly string[]): void {
  const behind =
    (resolve: Resolve): Resolve =>
    (source, args, context, info) => {
      // The last event of a stream says itself why the stream ends.
      if (refusalIn(source) !== null) return resolve(source, args, context, info);
      const allowed = gate(context, roles);
      if (!(allowed instanceof Promise)) return resolve(source, args, context, info);
      return allowed.then(() => resolve(source, args, context, info));
    };
  field.resolve = behind(field.resolve ?? defaultFieldResolver);
  if (field.subscribe) field.subscribe = behind(field.subscribe);
  mark(field, { isGuarded: true });
}

/**
 * Puts the gate into `subscribe`, since a guard in front of it is asked once and then never again. An idle stream ends too, before the
 * logout is answered.
 */
export function guardEvents(field: Field, verifier: Verifier): void {
  const { subscribe = defaultFieldResolver, resolve = defaultFieldResolver } = field;
  field.subscribe = async (source, args, context, info) => {
    const events: unknown = await subscribe(source, args, context, info);
    if (typeof events !== 'object' || events === null || !(Symbol.asyncIterator in events)) return events;
    return gateEvents(verifier, callerOf(context), events as AsyncIterable<unknown>, connectionIn(context));
  };
  field.resolve = (event, args, context, info) => {
    const refusal = refusalIn(event);
    if (refusal !== null) throw graphqlErrorOf(refusal);
    return resolve(event, args, context, info);
  };
}

export function rootFields(schema: GraphQLSchema): Map<string, Field> {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return new Map(roots.flatMap((type) => Object.values(type?.getFields() ?? {}).map((field) => [`${type?.name}.${field.name}`, field])));
}

export function objectFields(schema: GraphQLSchema): Map<string, Field> {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
  return new Map(
    types.flatMap((type) =>
      isObjectType(type) ? Object.values(type.getFields()).map((field): [string, Field] => [`${type.name}.${field.name}`, field]) : [],
    ),
  );
}

export function isSubscription(schema: GraphQLSchema, name: string): boolean {
  const type = schema.getSubscriptionType();
  return type !== null && type !== undefined && name.startsWith(`${type.name}.`);
}

export function declaredOf({ extensions }: Field): DeclaredAccess {
  return (extensions as { readonly latchkey?: DeclaredAccess }).latchkey ?? {};
}

export function isGuarded(field: Field): boolean {
  const declared = declaredOf(field);
  return declared.isGuarded === true || declared.public === true;
}

export function mark(field: Field, access: DeclaredAccess): void {
  field.extensions = { ...field.extensions, latchkey: { ...declaredOf(field), ...access } };
}
