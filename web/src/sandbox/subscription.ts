/** Runs one subscription of Apollo Sandbox over a WebSocket, and tells Sandbox how the connection is. */
import type { Client } from 'graphql-ws';
import type { SandboxRequest } from './messages.js';

/** @returns a function that ends the subscription and closes its socket */
export function follow(client: Client, { id, headers: _headers, ...request }: SandboxRequest, post: (message: object) => void): () => void {
  const answer = (response: object) => post({ name: 'ExplorerSubscriptionResponse', operationId: id, response });
  const tell = (status: 'connecting' | 'connected' | 'disconnected') => post({ name: 'ExplorerSetSocketStatus', status });
  client.on('connecting', () => tell('connecting'));
  client.on('connected', () => tell('connected'));
  client.on('closed', () => tell('disconnected'));
  const end = client.subscribe(request, {
    next: (data) => answer({ data }),
    error: (reason) => answer({ error: { message: textOf(reason) } }),
    complete: () => undefined,
  });
  return () => {
    end();
    void client.dispose();
  };
}

/** graphql-ws reports the errors of the operation, an error, or the event with which the socket closed. */
function textOf(reason: unknown): string {
  if (reason instanceof CloseEvent) return `The server closed the connection: ${reason.code} ${reason.reason}`.trim();
  const [first] = Array.isArray(reason) ? reason : [reason];
  return (first as { message?: string } | undefined)?.message ?? 'The subscription failed.';
}
