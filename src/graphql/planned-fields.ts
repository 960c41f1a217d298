/** Executes planned fields. Each function follows its namesake in graphql-js, so answers, errors and their order are the same. */
import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  getArgumentValues,
  isNonNullType,
  locatedError,
  responsePathAsArray,
} from 'graphql';

export type Path = GraphQLResolveInfo['path'];

/** One field of an operation under one response key. Nothing in it belongs to a request. */
export interface PlannedField {
  readonly key: string;
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Every place of the document that asks for it. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly complete: Complete;
}

/** Turns what a resolver returned into what the answer shows. It throws what is wrong with it. */
export type Complete = (run: Run, field: PlannedField, path: Path, value: unknown) => unknown;

/** What one request brings to a plan. */
export interface Run extends Pick<GraphQLResolveInfo, 'schema' | 'fragments' | 'operation' | 'variableValues'> {
  readonly contextValue: unknown;
  readonly errors: GraphQLError[];
  /** The places that an error has made null. */
  readonly nulled: Set<Path | undefined>;
}

export function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as Partial<Promise<unknown>> | null | undefined)?.then === 'function';
}

/** An error below a place that is null already is dropped, because the client sees neither. */
export function addError({ errors, nulled }: Run, error: unknown, path: Path | undefined): void {
  for (let place = path; place !== undefined; place = place.prev) if (nulled.has(place)) return;
  if (nulled.has(undefined)) return;
  nulled.add(path);
  errors.push(error as GraphQLError);
}

export function executeFields(run: Run, fields: readonly PlannedField[], source: unknown, path: Path | undefined): unknown {
  const results: Record<string, unknown> = {};
  let isPending = false;
  try {
    for (const field of fields) {
      const result = executeField(run, field, source, path);
      results[field.key] = result;
      isPending ||= isPromise(result);
    }
  } catch (error) {
    if (!isPending) throw error;
    // The other fields may still fail, and somebody must hear it.
    return promiseForObject(results).finally(() => {
      throw error;
    });
  }
  return isPending ? promiseForObject(results) : results;
}

/** Mutations: each root field begins when the one before it has ended. */
export function executeSerially(run: Run, fields: readonly PlannedField[]): unknown {
  const results: Record<string, unknown> = {};
  const step = (field: PlannedField): unknown => {
    const result = executeField(run, field, undefined, undefined);
    const keep = (value: unknown) => {
      results[field.key] = value;
      return results;
    };
    return isPromise(result) ? result.then(keep) : keep(result);
  };
  let done: unknown = results;
  for (const field of fields) done = isPromise(done) ? done.then(() => step(field)) : step(field);
  return done;
}

function executeField(run: Run, field: PlannedField, source: unknown, parentPath: Path | undefined): unknown {
  const { definition, parentType, nodes, complete } = field;
  const path = { prev: parentPath, key: field.key, typename: parentType.name };
  const fail = (error: unknown) => handleError(run, nodes, definition.type, path, error);
  try {
    // Read anew for each request, literals too: a resolver may change its arguments.
    const args = definition.args.length === 0 ? {} : getArgumentValues(definition, nodes[0], run.variableValues);
    const result = field.resolve(source, args, run.contextValue, {
      fieldName: definition.name,
      fieldNodes: [...nodes],
      returnType: definition.type,
      parentType,
      path,
      schema: run.schema,
      fragments: run.fragments,
      rootValue: undefined,
      operation: run.operation,
      variableValues: run.variableValues,
    });
    const completed = isPromise(result) ? result.then((value) => complete(run, field, path, value)) : complete(run, field, path, result);
    return isPromise(completed) ? completed.then(undefined, fail) : completed;
  } catch (error) {
    return fail(error);
  }
}

export function completeItems(run: Run, field: PlannedField, path: Path, items: unknown, item: ItemPlan): unknown {
  if (!isIterable(items)) throw new GraphQLError(`Expected Iterable, but did not find one for field "${nameOf(field)}".`);
  let isPending = false;
  const results = Array.from(items, (value, index) => {
    const itemPath = { prev: path, key: index, typename: undefined };
    const fail = (error: unknown) => handleError(run, field.nodes, item.type, itemPath, error);
    try {
      const completed = isPromise(value)
        ? value.then((known) => item.complete(run, field, itemPath, known))
        : item.complete(run, field, itemPath, value);
      if (!isPromise(completed)) return completed;
      isPending = true;
      return completed.then(undefined, fail);
    } catch (error) {
      return fail(error);
    }
  });
  return isPending ? Promise.all(results) : results;
}

/** The type of the items of a list, and how each is completed. */
export interface ItemPlan {
  readonly type: GraphQLField<unknown, unknown>['type'];
  readonly complete: Complete;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && typeof (value as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] === 'function';
}

export function nameOf({ parentType, definition }: PlannedField): string {
  return `${parentType.name}.${definition.name}`;
}

/** A place that may not be null throws the error on, to the next place that may. */
function handleError(run: Run, nodes: readonly FieldNode[], type: ItemPlan['type'], path: Path, thrown: unknown): null {
  const error = locatedError(thrown, nodes, responsePathAsArray(path));
  if (isNonNullType(type)) throw error;
  addError(run, error, path);
  return null;
}

function promiseForObject(object: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const keys = Object.keys(object);
  return Promise.all(Object.values(object)).then((values) => Object.fromEntries(keys.map((key, index) => [key, values[index]])));
}
