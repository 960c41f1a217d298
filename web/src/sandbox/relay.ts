/**
 * Answers the messages of Apollo Sandbox (the protocol of @apollo/sandbox) and sends its requests to this server, and to no other. The
 * frame may be hostile: Apollo can change its page at any time. So the relay reads few kinds of messages and ignores every other.
 */
import type { Client } from 'graphql-ws';
import { type SandboxRequest, toIntrospection, toRequest } from './messages.js';
import type { Answer } from './requests.js';
import { follow } from './subscription.js';

interface Needs {
  /** Sends a message to the frame. */
  readonly post: (message: object) => void;
  readonly send: (body: object, headers: Readonly<Record<string, string>>) => Promise<Answer>;
  readonly openSocket: (connectionParams: Readonly<Record<string, string>>) => Client;
  /** Sandbox has loaded and speaks the protocol. */
  readonly onConnected: () => void;
}

/** @returns the handler for messages that the frame has sent */
export function relay({ post, send, openSocket, onConnected }: Needs): (message: unknown) => void {
  const subscriptions = new Map<string, () => void>();

  const introspect = async ({ id, headers, ...body }: SandboxRequest) => {
    try {
      const { json } = await send(body, headers);
      const { data, errors } = json as { data?: unknown; errors?: readonly unknown[] };
      if (errors?.length) post({ name: 'SchemaError', errors, operationId: id });
      else post({ name: 'SchemaResponse', schema: data, operationId: id });
    } catch (error) {
      post({ name: 'SchemaError', error: messageOf(error), operationId: id });
    }
  };
  const execute = async ({ id, headers: asked, ...body }: SandboxRequest) => {
    const answer = (response: object) => post({ name: 'ExplorerResponse', operationId: id, response: { ...response, hasNext: false } });
    try {
      const { json, status, headers } = await send(body, asked);
      answer({ ...json, status, headers });
    } catch (error) {
      answer({ data: null, error: { message: messageOf(error) } });
    }
  };
  const stop = (id: string) => {
    subscriptions.get(id)?.();
    subscriptions.delete(id);
  };
  const subscribe = (request: SandboxRequest) => {
    stop(request.id);
    subscriptions.set(request.id, follow(openSocket(request.headers), request, post));
  };

  return (message) => {
    const { name, operationId } = objectIn(message);
    if (name === 'ExplorerListeningForHandshake') {
      post({ name: 'HandshakeResponse', parentHref: location.href });
      onConnected();
    }
    if (name === 'ExplorerSubscriptionTermination') stop(String(operationId));
    const introspection = name === 'IntrospectionQueryWithHeaders' ? toIntrospection(objectIn(message)) : null;
    if (introspection) void introspect(introspection);
    const request = toRequest(objectIn(message));
    if (request && name === 'ExplorerRequest') void execute(request);
    if (request && name === 'ExplorerSubscriptionRequest') subscribe(request);
  };
}

const objectIn = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'The request failed.');
