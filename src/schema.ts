/** Builds the schema from the resolvers of the rooms and of an embedding application. */
import { assertValidSchema, type GraphQLSchema, lexicographicSortSchema } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, getMetadataStorage, type NonEmptyArray } from 'type-graphql';
import type { Authorize } from './door/auth-checker.js';
import { createGuards } from './door/guards.js';
import { SessionType } from './features/sessions/session.type.js';
import { UserType } from './features/users/user.type.js';
import { noteAuthorizedFields } from './graphql/authorized-fields.js';
import { keepCoreFields, wrapOwnFields } from './graphql/joined-schema.js';
import { assertOneGraphql, explainSecondCopy } from './graphql/one-graphql.js';
import { explainTypeClash, refuseFieldResolvers, refuseReachingIn, refuseRootFields } from './graphql/own-clashes.js';
import { type OwnContext, withOwnContext } from './graphql/own-context.js';
import { type ResolverClass, type ResolverEntry, type ResolverSet, readResolvers } from './graphql/own-resolvers.js';
import { refuseUnvalidated } from './graphql/own-validation.js';
import type { PubSub } from './graphql/pub-sub.js';

/** What an application adds to the schema. None of it reaches a field of Latchkey. */
export interface OwnSchemaParts extends Pick<BuildSchemaOptions, 'container' | 'globalMiddlewares' | 'validate' | 'validateFn'> {
  /** Own type-graphql resolvers: classes, or instances. A class comes from `container`; without one it is made without arguments. */
  readonly resolvers?: readonly ResolverEntry[];
  /** Adds to the context of the application's own resolvers. It can't replace what Latchkey puts there. */
  readonly context?: OwnContext;
}

/** A schema with the guards of type-graphql, and the same one without guards. */
interface Pair {
  readonly guarded: GraphQLSchema;
  readonly bare: GraphQLSchema;
}

/**
 * @param core the resolvers of the rooms
 * @param pubSub the source of events for subscriptions
 * @throws OperatorFault if the application would replace a part of Latchkey
 */
export function createSchema(
  authorize: Authorize,
  core: readonly object[],
  pubSub: PubSub,
  { resolvers = [], context, container, globalMiddlewares = [], validate, validateFn }: OwnSchemaParts = {},
): GraphQLSchema {
  assertOneGraphql();
  const guards = createGuards(authorize);
  const rooms = readResolvers(core);
  const yours = readResolvers(resolvers, container);
  refuseReachingIn([...rooms.classes, UserType, SessionType], yours.classes);
  refuseRootFields(rooms.classes, yours.classes);

  refuseUnvalidated({ validate, validateFn }, yours.classes);
  const own = { globalMiddlewares, ...(validate !== undefined && { validate }), ...(validateFn && { validateFn }) };
  const alone = buildPair({ ...rooms, pubSub, validate: false }, guards.checker);
  guards.askInTurn(alone.guarded, alone.bare);
  if (yours.classes.length === 0) return finish(alone.guarded);

  const joined = join(
    () => buildPair({ ...own, ...yours, pubSub, classes: [...rooms.classes, ...yours.classes] }, guards.checker),
    alone.guarded,
  );
  refuseFieldResolvers(alone.guarded, yours.classes);
  const wrap = withOwnContext(context);
  for (const schema of [joined.guarded, joined.bare]) wrapOwnFields(schema, alone.guarded, wrap);
  guards.askInTurn(joined.guarded, joined.bare);
  keepCoreFields(joined.guarded, alone.guarded);
  return finish(joined.guarded);
}

/** A copy down to the fields. It keeps their resolvers, so it can be executed as well. */
export function copySchema(schema: GraphQLSchema): GraphQLSchema {
  return lexicographicSortSchema(schema);
}

type Parts = ResolverSet & Pick<BuildSchemaOptions, 'pubSub' | 'globalMiddlewares' | 'validate' | 'validateFn'>;

function buildPair({ classes, ...parts }: Parts, authChecker: Authorize): Pair {
  const build = (checker: Authorize): GraphQLSchema => {
    forgetAddedFields();
    // type-graphql would check the schema with a full introspection query; `assertValidSchema` needs none.
    const options = { ...parts, orphanedTypes: [], skipCheck: true };
    const schema = buildSchemaSync({ ...options, resolvers: classes as unknown as NonEmptyArray<ResolverClass>, authChecker: checker });
    noteAuthorizedFields(schema, classes);
    return schema;
  };
  // type-graphql refuses to build without a checker. With null it builds the fields without guards.
  return { guarded: build(authChecker), bare: build(null as never) };
}

/** type-graphql keeps the fields that field resolvers add to a type in its metadata, where the next schema would find them. */
function forgetAddedFields(): void {
  const { objectTypes, interfaceTypes } = getMetadataStorage();
  for (const type of [...objectTypes, ...interfaceTypes]) type.fields = undefined;
}

function join(build: () => Pair, core: GraphQLSchema): Pair {
  try {
    return build();
  } catch (error) {
    throw explainTypeClash(explainSecondCopy(error), core);
  }
}

function finish(schema: GraphQLSchema): GraphQLSchema {
  assertValidSchema(schema);
  describe(schema.getQueryType(), 'What can be asked.');
  describe(schema.getMutationType(), 'What can be done.');
  describe(schema.getSubscriptionType(), 'What can be listened to.');
  return schema;
}

/** Describes a root type, because type-graphql offers no way to do that. */
function describe(root: { description: string | null | undefined } | null | undefined, description: string): void {
  if (root) root.description = description;
}
