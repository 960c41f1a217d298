/** Formats an error for the client: a stable code, a safe message, and no value that the client sent. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ArgumentValidationError } from 'type-graphql';
import { LatchkeyError } from '../lib/errors.js';

/** The codes that Apollo Server itself gives to requests that it refuses. */
const CLIENT_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** Counts of refusals: by reason for UNAUTHENTICATED, by code for all other errors. */
export type Denials = Map<string, number>;

/** Formats errors as `formatError` does, and counts the refusals. */
export function createErrorFormatter(denials: Denials): typeof formatError {
  return (formatted, error) => {
    const original = originalOf(error);
    if (original instanceof LatchkeyError) {
      const cause = String(original.extensions.reason ?? original.extensions.code);
      denials.set(cause, (denials.get(cause) ?? 0) + 1);
    }
    return formatShort(formatted, error);
  };
}

/** Formats an error of an execution that did not go through Apollo Server. */
export function seenByClient(format: typeof formatError): (error: Error) => GraphQLFormattedError {
  return (thrown) => {
    // A library may throw an error with a `path`. graphql-js takes it for its own error and does not wrap it.
    const error = thrown instanceof GraphQLError ? thrown : new GraphQLError(thrown.message, { originalError: thrown });
    return format(
      { ...error.toJSON(), extensions: { ...error.extensions, code: error.extensions.code ?? 'INTERNAL_SERVER_ERROR' } },
      error,
    );
  };
}

/** Whether an error is the server's fault. The log gets its details, and the client gets none. */
export function isInternal(error: unknown): boolean {
  if (originalOf(error) instanceof LatchkeyError || isMeantForClient(error) || isArgumentFault(error)) return false;
  return !(error instanceof GraphQLError && CLIENT_CODES.has(String(error.extensions.code)));
}

/** The limits of what one error tells: a client may have chosen a name of 90 KB, and spread one fault over hundreds of places. */
const LONGEST_MESSAGE = 500;
const MOST_LOCATIONS = 5;

/** Keeps an error short: its places repeat parts of the document, which the client has. */
function formatShort(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { message, locations, ...rest } = formatError(formatted, error);
  return { message, ...(locations && { locations: locations.slice(0, MOST_LOCATIONS) }), ...rest };
}

/** Drops the extensions of internal errors, except the request id, by which the operator finds the log line. */
function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const original = originalOf(error);
  const { requestId } = formatted.extensions ?? {};
  if (original instanceof LatchkeyError) return { ...formatted, message: original.message, extensions: original.extensions };
  if (original instanceof ArgumentValidationError) return withFaults(formatted, original);
  if (isMeantForClient(error)) return withoutHead(formatted);
  const code = isArgumentFault(error) ? 'BAD_USER_INPUT' : formatted.extensions?.code;
  if (CLIENT_CODES.has(String(code))) return { ...formatted, message: shorten(withoutValues(formatted.message)), extensions: { code } };
  const extensions = { code: 'INTERNAL_SERVER_ERROR', ...(requestId === undefined ? {} : { requestId }) };
  return { ...formatted, message: 'Something went wrong on the server.', extensions };
}

export function originalOf(error: unknown): unknown {
  return error instanceof GraphQLError && error.originalError !== undefined ? originalOf(error.originalError) : error;
}

/** If a resolver of an embedding application throws a GraphQLError with its own code, the client may see the message and the extensions. */
function isMeantForClient(error: unknown): boolean {
  const original = originalOf(error);
  if (!(error instanceof GraphQLError && original instanceof GraphQLError) || error.path === undefined) return false;
  const { code } = original.extensions;
  return typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR';
}

/** Removes the HTTP status and headers that an error sets: they are meant for the server, not for the client. */
function withoutHead({ extensions, ...rest }: GraphQLFormattedError): GraphQLFormattedError {
  const { http: _http, ...others } = extensions ?? {};
  return { ...rest, extensions: others };
}

/** A fault of an input, as class-validator reports it. It also holds the whole input and the value, which may be a password. */
interface InputFault {
  readonly property: string;
  readonly constraints?: Readonly<Record<string, string>>;
  readonly children?: readonly InputFault[];
}

/** Says which property of an input is wrong, and repeats no value. */
function withFaults(formatted: GraphQLFormattedError, { extensions }: ArgumentValidationError): GraphQLFormattedError {
  const seen = ({ property, constraints, children = [] }: InputFault): InputFault => ({
    property,
    ...(constraints === undefined ? {} : { constraints }),
    ...(children.length === 0 ? {} : { children: children.map(seen) }),
  });
  return { ...formatted, extensions: { code: extensions.code, validationErrors: (extensions.validationErrors as InputFault[]).map(seen) } };
}

/**
 * A variable with a default may bring null into a required place. graphql-js finds this fault only while it executes. Its error has no
 * code and quotes the whole argument.
 */
function isArgumentFault(error: unknown): boolean {
  const original = originalOf(error);
  return (
    original instanceof GraphQLError && original.nodes !== undefined && /^Argument "\w+" (has invalid value|of )/.test(original.message)
  );
}

/**
 * Removes the client's values, which graphql-js quotes in its messages. Such a value may be a password in the wrong place:
 * `String cannot represent a non string value: 12`. The messages of `findVariableFault` quote none.
 */
function withoutValues(message: string): string {
  // A syntax error ends with the text that the parser found, unescaped. A password without quotes is a Name or an Int to the parser.
  if (message.startsWith('Syntax Error: '))
    return message.replace(/(Unexpected|found) (\w+) "[\s\S]*$/, '$1 $2.').replace(/: "[\s\S]*$/, '.');
  return message
    .replace(/^Variable "\$\w+" is not defined/, 'A variable is not defined')
    .replace(/^Unknown operation named "[\s\S]*$/, 'There is no operation of the name in "operationName".')
    .replace(/^(Argument "\w+") has invalid value [\s\S]*$/, '$1 has an invalid value.')
    .replace(/((?:cannot|can not) represent [\w -]+): [\s\S]*$/, '$1.')
    .replace(/(Expected value of type "[^"]*"), found [\s\S]*$/, '$1.')
    .replace(/^Value "[\s\S]*" does not exist in "(\w+)" enum[\s\S]*$/, 'The value does not exist in "$1" enum.');
}

function shorten(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
}
