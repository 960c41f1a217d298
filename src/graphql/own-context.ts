/** The context of an application's resolvers: what the application adds, under what Latchkey knows, which nothing can replace. */
import type { GraphQLFieldResolver } from 'graphql';
import type { RequestContext } from '../caller/caller.js';

/** Builds what an application adds to the context of its resolvers. It runs once per operation, before the first of its fields. */
export type OwnContext = (context: RequestContext) => object | Promise<object>;

// biome-ignore lint/suspicious/noExplicitAny: graphql-js itself types the source and the context of a resolver so
export type AnyResolver = GraphQLFieldResolver<any, any>;

/**
 * @returns a wrapper for each resolver of the application. Latchkey's own resolvers never see this context: an application whose
 *   context cannot be built must still be able to log out.
 */
export function withOwnContext(build: OwnContext = () => ({})): (resolve: AnyResolver) => AnyResolver {
  const known = new WeakMap<RequestContext, object | Promise<object>>();
  const buildFor = (ours: RequestContext): object | Promise<object> => {
    try {
      const own = build(merge({}, ours) as RequestContext);
      return own instanceof Promise ? own.then((added) => merge(added, ours)) : merge(own, ours);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  const contextOf = (ours: RequestContext) => {
    const found = known.get(ours);
    if (found !== undefined) return found;
    const built = buildFor(ours);
    known.set(ours, built);
    return built;
  };
  return (resolve) => (source, args, ours, info) => {
    const context = contextOf(ours);
    if (context instanceof Promise) return context.then((known) => resolve(source, args, known, info));
    return resolve(source, args, context, info);
  };
}

/** A copy, since several requests may get one object of the application. Latchkey's properties stand above it and can't be written. */
function merge(own: object, ours: RequestContext): object {
  if (typeof own !== 'object' || own === null) throw new Error('The function in createApp({ context }) must return an object.');
  Object.freeze(ours.caller);
  const locked = Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, { value, enumerable: true }]));
  return Object.create(Object.getPrototypeOf(own), { ...Object.getOwnPropertyDescriptors(own), ...locked });
}
