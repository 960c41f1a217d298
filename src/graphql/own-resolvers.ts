/** The resolvers of an embedding application: the class of each entry, and where its instances come from. */
import type { BuildSchemaOptions, ContainerType, ResolverData } from 'type-graphql';
import { OperatorFault } from '../lib/operator-fault.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
export type ResolverClass = Function;

export type ResolverEntry = ResolverClass | object;

/** Classes of resolvers, and the container that type-graphql asks for their instances. */
export interface ResolverSet {
  readonly classes: readonly ResolverClass[];
  readonly container: ContainerType;
}

/**
 * An instance in `entries` stands for its class. Other classes come from the container if there is one; without one, each is made once.
 *
 * @throws OperatorFault if an entry is no class and no instance, or if two entries stand for one class
 */
export function readResolvers(entries: readonly ResolverEntry[], own?: BuildSchemaOptions['container']): ResolverSet {
  const instances = new Map<ResolverClass, object>();
  const classes = new Map<ResolverClass, ResolverEntry>();
  for (const entry of entries) {
    const resolver = classOf(entry);
    if ((classes.get(resolver) ?? entry) !== entry) throw givenTwice(resolver);
    classes.set(resolver, entry);
    if (entry !== resolver) instances.set(resolver, entry);
    else if (own === undefined) instances.set(resolver, make(resolver));
  }
  const find = (asked: ResolverClass, data: ResolverData) => {
    if (own !== undefined) return (typeof own === 'function' ? own(data) : own).get(asked, data);
    // A class that is not in the list is a middleware.
    const made = make(asked);
    instances.set(asked, made);
    return made;
  };
  return { classes: [...classes.keys()], container: { get: (asked: ResolverClass, data) => instances.get(asked) ?? find(asked, data) } };
}

/** The class and its base classes, the nearest first. */
export function chainOf(resolver: ResolverClass): ResolverClass[] {
  const base: unknown = Object.getPrototypeOf(resolver);
  return typeof base === 'function' && base.prototype !== undefined ? [resolver, ...chainOf(base)] : [resolver];
}

function classOf(entry: unknown): ResolverClass {
  if (typeof entry === 'function') return entry;
  const made: ResolverClass = Object(entry).constructor;
  if (typeof entry === 'object' && made !== undefined && made !== Object && made !== Array) return made;
  throw new OperatorFault('An entry of createApp({ resolvers }) is neither a class nor an instance of one.', {
    advice: 'List the classes of your resolvers, or instances of them.',
  });
}

function make(resolver: ResolverClass): object {
  return new (resolver as new () => object)();
}

function givenTwice({ name }: ResolverClass): OperatorFault {
  return new OperatorFault(
    `The resolver class ${name} stands twice in createApp({ resolvers }), and only one of the two would be served.`,
    {
      advice: 'List the class once, or one instance of it.',
    },
  );
}
