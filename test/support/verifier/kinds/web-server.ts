/** Express on a free port, with a WebSocket at `/graphql` for the kinds of servers that bring none. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express } from 'express';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { type ConnectionOptions, createConnectionHooks } from '../../../../src/verifier/adapters/graphql-ws.js';
import type { Verifier } from '../../../../src/verifier/verifier.js';

export function createWebServer(): { readonly app: Express; readonly server: Server } {
  const app = express();
  return { app, server: createServer(app) };
}

export function serveSockets(server: Server, schema: GraphQLSchema, verifier: Verifier, options: ConnectionOptions = {}): void {
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  useServer({ schema, ...createConnectionHooks(verifier, options) }, sockets);
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
  });
}

export async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
