/** The contract between the short way of a query (HTTP) and its execution (GraphQL); neither imports the other. */
import type { RequestContext } from './caller.js';

/** An error of one field, as an execution brings it forth. */
export interface FieldError extends Error {
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Record<string, unknown>;
}

export interface QueryResult {
  readonly data?: unknown;
  readonly errors?: readonly FieldError[] | undefined;
}

/** Null if the pipeline must say what is wrong with the request; nothing has been executed then. */
export type Outcome = QueryResult | null | Promise<QueryResult | null>;

export type Variables = Record<string, unknown> | null | undefined;

export type ExecutePrepared = (context: RequestContext, variables: Variables) => Outcome;
