/** The door of connections that stay open: it admits them by the same checks as a request, and checks the token again at each event (R28). */
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  subscribe,
  validate,
} from 'graphql';
import type { AccessToken } from '../caller/access-token-claims.js';
import type { ContextBuilder, RequestContext } from '../caller/caller.js';
import type { OperationResult } from '../caller/prepared-operation.js';
import type { StreamDoor, StreamRequest, TokenRefusal } from '../caller/stream-door.js';
import { leavable } from '../lib/leavable.js';
import { hasTooManyLines, TOO_MANY_LINES } from '../lib/line-limit.js';
import type { RevocationCheck } from '../revocation/revocation-check.js';
import { type createErrorFormatter, seenByClient } from './format-error.js';
import type { Documents, PreparedOperations } from './prepared-operations.js';
import { MAX_TOKENS, validationOptions, validationRules } from './query-limits.js';
import { findVariableFault } from './variable-faults.js';

export interface StreamArgs extends ExecutionArgs {
  readonly contextValue: RequestContext;
  readonly variableValues: NonNullable<ExecutionArgs['variableValues']>;
  readonly request: StreamRequest;
}

export interface StreamNeeds {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly prepared: PreparedOperations;
  readonly buildContext: ContextBuilder;
  readonly check: RevocationCheck;
  readonly formatError: ReturnType<typeof createErrorFormatter>;
  readonly report: (errors: NonNullable<OperationResult['errors']>, requestId: string) => void;
  readonly introspection: boolean;
}

export function createStreamDoor(needs: StreamNeeds): StreamDoor<StreamArgs, GraphQLError> {
  const { schema, documents, prepared, buildContext, check, report } = needs;
  const rules = validationRules(needs);
  const limits = validationOptions(needs);
  const view = seenByClient(needs.formatError);
  const read = (query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.find(query);
    if (known !== undefined) return known;
    const document = parseWithin(query);
    if (document instanceof GraphQLError) return [document];
    const faults = validate(schema, document, rules, limits);
    if (faults.length > 0) return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED'));
    documents.keep(query, document);
    return document;
  };
  const told = <Result extends OperationResult>(result: Result, { requestId }: RequestContext): Result => {
    if (result.errors !== undefined) report(result.errors, requestId);
    return result;
  };
  const isLive = async (token: AccessToken) => (await check.ask(token)) === 'live';
  return {
    async findRefusal(token) {
      const verdict = await check.ask(token);
      return verdict === 'live' ? null : verdict;
    },
    format({ errors, ...rest }) {
      if (errors === undefined) return rest;
      return { ...rest, errors: errors.map((error) => (error instanceof Error ? view(error) : error)) };
    },
    async admit(request) {
      const { caller } = await buildContext(request);
      if (caller.kind === 'authenticated') return { kind: 'admitted', token: caller.token };
      if (caller.kind === 'unknown') return { kind: 'refused', cause: 'unavailable' };
      if (caller.reason === 'TOKEN_MISSING') return { kind: 'admitted', token: null };
      if (caller.reason === 'TOKEN_INVALID') return { kind: 'refused', cause: 'invalid' };
      return { kind: 'refused', cause: causeOf(caller.reason, caller.sessionEnded) };
    },
    async prepare(incoming, request) {
      const { query, operationName, variables } = request;
      const document = read(query);
      if (!('kind' in document)) return { kind: 'refused', errors: document };
      const operation = getOperationAST(document, operationName);
      if (!operation) {
        const message = 'The request names no operation of the document.';
        return { kind: 'refused', errors: [new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })] };
      }
      const fault = findVariableFault(schema, operation, variables ?? {});
      if (fault !== null) return { kind: 'refused', errors: [fault] };
      const args = { schema, document, operationName: operationName ?? null, variableValues: variables ?? {}, request };
      return { kind: 'operation', type: operation.operation, args: { ...args, contextValue: await buildContext(incoming) } };
    },
    async execute(args) {
      const { document, operationName, contextValue, variableValues } = args;
      const outcome = await prepared.of(document, operationName)?.(contextValue, variableValues);
      return told(outcome ?? (await execute(args)), contextValue);
    },
    async subscribe(args, token) {
      const tell = (result: ExecutionResult) => told(result, args.contextValue);
      const events = await subscribe(args);
      if (!(Symbol.asyncIterator in events)) return tell(events);
      return gated(events as AsyncGenerator<ExecutionResult, void, void>, tell, async () => token === null || isLive(token));
    },
  };
}

function parseWithin(query: string): DocumentNode | GraphQLError {
  if (hasTooManyLines(query)) return new GraphQLError(TOO_MANY_LINES, { extensions: { code: 'GRAPHQL_PARSE_FAILED' } });
  try {
    return parse(query, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (error instanceof GraphQLError) return coded(error, 'GRAPHQL_PARSE_FAILED');
    throw error;
  }
}

function causeOf(reason: 'TOKEN_REVOKED' | 'TOKEN_EXPIRED', sessionEnded: boolean | null): TokenRefusal {
  if (reason === 'TOKEN_EXPIRED') return 'expired';
  if (sessionEnded === null) return 'generation-revoked';
  return sessionEnded ? 'session-revoked' : 'token-revoked';
}

/** Adds the code that Apollo Server gives to the same fault of a client. */
function coded(error: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(error.message, { ...error, originalError: error.originalError, extensions: { ...error.extensions, code } });
}

/** Passes an event on only if the token is live at that moment. Otherwise the stream ends. */
function gated(
  events: AsyncGenerator<ExecutionResult, void, void>,
  tell: (result: ExecutionResult) => ExecutionResult,
  mayPass: () => Promise<boolean>,
): AsyncGenerator<ExecutionResult, undefined, void> {
  const leave = () => events.return();
  const next = async (): Promise<IteratorResult<ExecutionResult, undefined>> => {
    const event = await events.next();
    if (!event.done && (await mayPass())) return { done: false, value: tell(event.value) };
    if (!event.done) await leave();
    return { done: true, value: undefined };
  };
  return leavable(next, leave);
}
