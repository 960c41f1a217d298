/** The context of an application's resolvers: what the application adds, under what Latchkey knows, which nothing can replace. */
import type { GraphQLFieldResolver } from 'graphql';
import type { RequestContext } from '../caller/caller.js';

/** Builds what an application adds to the context of its resolvers. It runs once per operation, before the first of its fields. */
export type OwnContext = (context: RequestContext) => object | Promise<object>;

// biome-ignore lint/suspicious/noExplicitAny: graphql-js itself types the source and the context of a resolver so
export type AnyResolver = GraphQLFieldResolver<any, any>;

/** Where an operation keeps the context of the application. A WeakMap would cost a request more than building it. */
const OWN = Symbol('the context of the application');

type Known = RequestContext & { [OWN]?: object | Promise<object> };

/**
 * @returns a wrapper for each resolver of the application. Latchkey's own resolvers never see this context: an application whose
 *   context cannot be built must still be able to log out.
 */
export function withOwnContext(build?: OwnContext): (resolve: AnyResolver) => AnyResolver {
  const make = build === undefined ? copy : (ours: RequestContext) => extend(ours, build);
  return (resolve) => (source, args, ours: Known, info) => {
    ours[OWN] ??= make(ours);
    const context = ours[OWN];
    if (context instanceof Promise) return context.then((built) => resolve(source, args, built, info));
    return resolve(source, args, context, info);
  };
}

function extend(ours: RequestContext, build: OwnContext): object | Promise<object> {
  try {
    const own = build(copy(ours));
    return own instanceof Promise ? own.then((added) => merge(added, ours)) : merge(own, ours);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * A copy, since a resolver may put things into its context. The guards read `caller`, so that one can't be written. The address in
 * `origin` is what later fields of the operation are counted and recorded under. The cookie is what no script may read.
 */
function copy({ caller, origin, refreshCookie: _hidden, ...others }: RequestContext): RequestContext {
  Object.freeze(caller);
  const locked: Pick<RequestContext, 'caller'> = Object.defineProperty({} as RequestContext, 'caller', { value: caller, enumerable: true });
  return Object.assign(locked, others, { origin: Object.freeze({ ...origin }), refreshCookie: null });
}

/** A copy again, since an application may return one object for all requests. */
function merge(own: object, ours: RequestContext): object {
  if (typeof own !== 'object' || own === null) throw new Error('The function in createApp({ context }) must return an object.');
  const locked = Object.fromEntries(Object.entries(copy(ours)).map(([name, value]) => [name, { value, enumerable: true }]));
  return Object.create(Object.getPrototypeOf(own), { ...Object.getOwnPropertyDescriptors(own), ...locked });
}
