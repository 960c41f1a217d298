/** The contract between the query lane (HTTP), which skips Apollo Server, and the execution (GraphQL); neither imports the other. */
import type { RequestContext } from './caller.js';

/** An error of one field, as the execution reports it. */
export interface FieldError extends Error {
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Record<string, unknown>;
}

export interface OperationResult {
  readonly data?: unknown;
  readonly errors?: readonly FieldError[] | undefined;
}

/** Null means that nothing was executed, and that Apollo Server must handle the request and report what is wrong with it. */
export type Outcome = OperationResult | null | Promise<OperationResult | null>;

export type Variables = Record<string, unknown> | null | undefined;

export type ExecutePrepared = (context: RequestContext, variables: Variables) => Outcome;
