/** Finds what an application's resolvers would replace of Latchkey's, and refuses it: a replaced `logout` would end no session. */
import type { GraphQLSchema } from 'graphql';
import { getMetadataStorage } from 'type-graphql';
import { OperatorFault } from '../lib/operator-fault.js';
import { chainOf, type ResolverClass } from './own-resolvers.js';

const RENAME = "Rename yours in its decorator, for example { name: 'ownLogout' }, or remove it and use Latchkey's.";

/** A handler of a root field, as type-graphql keeps it. */
interface Handler {
  readonly target: ResolverClass;
  readonly methodName: string;
  readonly schemaName: string;
}

/** @throws OperatorFault if a query, mutation or subscription has the name of one of Latchkey's */
export function refuseRootFields(core: readonly ResolverClass[], own: readonly ResolverClass[]): void {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const clashes = Object.entries({ Query: queries, Mutation: mutations, Subscription: subscriptions }).flatMap(([root, handlers]) =>
    own.flatMap((resolver) =>
      handlersOf(resolver, handlers).flatMap((mine) => {
        const ours = handlers.find(({ target, schemaName }) => core.includes(target) && schemaName === mine.schemaName);
        return ours ? [`${root}.${mine.schemaName}: ${nameOf(mine, resolver)} would replace ${nameOf(ours)} of Latchkey.`] : [];
      }),
    ),
  );
  if (clashes.length > 0) throw new OperatorFault(clashes.join('\n'), { advice: `\n${RENAME}` });
}

/** @throws OperatorFault if a field resolver has the name of a field that a type of Latchkey has */
export function refuseFieldResolvers(core: GraphQLSchema, own: readonly ResolverClass[]): void {
  const { fieldResolvers } = getMetadataStorage();
  const clashes = own.flatMap((resolver) =>
    handlersOf(resolver, fieldResolvers).flatMap((mine) => {
      const type = extendedType(mine.target);
      if (type === null || !hasField(core, type, mine.schemaName)) return [];
      return [`${type}.${mine.schemaName}: the field resolver ${nameOf(mine, resolver)} would replace a field of Latchkey.`];
    }),
  );
  if (clashes.length > 0) throw new OperatorFault(clashes.join('\n'), { advice: `\nGive the field of yours another name.` });
}

/**
 * A resolver class of Latchkey is not exported, but a program can find it in the metadata of type-graphql.
 *
 * @param core the resolver classes of Latchkey, and the types that an application may extend
 * @throws OperatorFault if a class is or extends a resolver of Latchkey, or if a middleware was put on one
 */
export function refuseReachingIn(core: readonly ResolverClass[], own: readonly ResolverClass[]): void {
  const { resolverClasses, middlewares, resolverMiddlewares } = getMetadataStorage();
  const inherits = (resolver: ResolverClass) => chainOf(resolver).find((link) => core.includes(link));
  const reaching = [...own, ...resolverClasses.map(({ target }) => target)].find(
    (resolver) => inherits(resolver) !== undefined && (own.includes(resolver) || !core.includes(resolver)),
  );
  if (reaching !== undefined) {
    const problem = `The resolver class ${reaching.name} of your application is, or extends, ${inherits(reaching)?.name} of Latchkey, and would replace it.`;
    throw new OperatorFault(problem, { advice: 'Write a resolver class of your own, with fields of other names.' });
  }
  const wrapped = [...middlewares, ...resolverMiddlewares].find(({ target }) => core.includes(target));
  if (wrapped === undefined) return;
  throw new OperatorFault(`A middleware was put on ${wrapped.target.name} of Latchkey, and would run in place of its fields.`, {
    advice: 'Put middlewares on resolvers and types of your own only.',
  });
}

/** Explains the error that graphql-js throws when two types have one name. Any other error comes back as it is. */
export function explainTypeClash(error: unknown, core: GraphQLSchema): unknown {
  const name = error instanceof Error ? /multiple types named "(\w+)"/.exec(error.message)?.[1] : undefined;
  if (name === undefined) return error;
  const ours = core.getType(name);
  const makers = classesOf(name, ours?.description);
  const yours = makers.length > 0 ? makers.join(', ') : `a type "${name}"`;
  if (ours === undefined) {
    return new OperatorFault(`Several types of your application are named "${name}": ${yours}.`, { advice: 'Rename all but one.' });
  }
  return new OperatorFault(`Your application has ${yours}, but the GraphQL type "${name}" is Latchkey's.`, {
    advice: ADVICE[name] ?? `Rename yours, for example to "My${name}".`,
  });
}

const EXTEND = (name: string) =>
  `Rename yours, or add your fields to Latchkey's: import { ${name} } from 'latchkey', and write them as @FieldResolver in a class with @Resolver(() => ${name}).`;

const ADVICE: Readonly<Record<string, string>> = {
  User: EXTEND('User'),
  Session: EXTEND('Session'),
  DateTime:
    "Use GraphQLDateTime of 'graphql-scalars', in the one copy that Latchkey uses (`npm ls graphql-scalars` shows all), or rename yours.",
};

/** The classes of an application that make a type of this name. Only the description tells them from ours: every type of ours has one. */
function classesOf(name: string, ourDescription: string | null | undefined): string[] {
  const { objectTypes, inputTypes, interfaceTypes, enums, unions } = getMetadataStorage();
  const classes = [...objectTypes, ...inputTypes, ...interfaceTypes].map((type) => ({ ...type, maker: `the class ${type.target.name}` }));
  const others = [...enums.map((type) => ({ ...type, maker: 'an enum' })), ...unions.map((type) => ({ ...type, maker: 'a union' }))];
  return [...classes, ...others]
    .filter((type) => type.name === name && (ourDescription === undefined || type.description !== ourDescription))
    .map(({ maker }) => `${maker} with the GraphQL name "${name}"`);
}

function handlersOf<Known extends Handler>(resolver: ResolverClass, handlers: readonly Known[]): Known[] {
  const chain = chainOf(resolver);
  return handlers.filter(({ target }) => chain.includes(target));
}

/** The name of the type that the field resolvers of a class belong to. */
function extendedType(resolver: ResolverClass): string | null {
  const { resolverClasses, objectTypes } = getMetadataStorage();
  const type = resolverClasses.find(({ target }) => target === resolver)?.getObjectType();
  return objectTypes.find(({ target }) => target === type)?.name ?? null;
}

function hasField(schema: GraphQLSchema, typeName: string, field: string): boolean {
  const type = schema.getType(typeName);
  return type !== undefined && 'getFields' in type && field in type.getFields();
}

function nameOf({ target, methodName }: Handler, resolver = target): string {
  return `${resolver.name}.${methodName}`;
}
