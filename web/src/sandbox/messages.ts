/** Parses the requests in the messages of Apollo Sandbox. Their names are those of @apollo/sandbox 2.7. */

export interface SandboxRequest {
  /** Chosen by Sandbox; the answer repeats it. */
  readonly id: string;
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly headers: Readonly<Record<string, string>>;
}

type Message = Readonly<Record<string, unknown>>;

/** @returns null if the message is not a query, a mutation or a subscription */
export function toRequest({ operationId, operation, operationName, variables, headers }: Message): SandboxRequest | null {
  if (typeof operationId !== 'string' || typeof operation !== 'string') return null;
  return { id: operationId, query: operation, ...optional(operationName, variables), headers: textsIn(headers) };
}

/** @returns null if the message does not ask for the schema */
export function toIntrospection({ operationId, introspectionRequestBody, introspectionRequestHeaders }: Message): SandboxRequest | null {
  const { query, operationName } = parse(introspectionRequestBody);
  return toRequest({ operationId, operation: query, operationName, headers: introspectionRequestHeaders });
}

function parse(text: unknown): Message {
  try {
    return Object(JSON.parse(String(text))) as Message;
  } catch {
    return {};
  }
}

function optional(operationName: unknown, variables: unknown): Pick<SandboxRequest, 'operationName' | 'variables'> {
  return {
    ...(typeof operationName === 'string' && { operationName }),
    ...(typeof variables === 'object' && variables !== null && { variables: variables as Record<string, unknown> }),
  };
}

function textsIn(headers: unknown): Record<string, string> {
  const entries = Object.entries(Object(headers ?? {}) as Record<string, unknown>);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
