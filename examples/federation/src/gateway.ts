/** The gateway: one GraphQL API over Latchkey and the orders. It checks no token: each subgraph does. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import http from '@graphql-mesh/transport-http';
import { composeSupergraph } from './supergraph.js';

const {
  LATCHKEY_URL = 'http://127.0.0.1:4000',
  ORDERS_URL = 'http://127.0.0.1:4001',
  LATCHKEY_CREDENTIAL = '',
  PORT = '4002',
} = process.env;

/** Tells Latchkey that this is the router. Only Latchkey gets it, and a client that sends one of its own gets nowhere. */
const router = { 'latchkey-router': LATCHKEY_CREDENTIAL };

const supergraph = await composeSupergraph(
  [
    { name: 'latchkey', url: `${LATCHKEY_URL}/graphql` },
    { name: 'orders', url: `${ORDERS_URL}/graphql` },
  ],
  router,
);

const gateway = createGatewayRuntime<{ req?: IncomingMessage }>({
  supergraph,
  transports: { http },
  logging: 'warn',
  transportEntries: {
    '*.http': {
      options: {
        // Subscriptions become event streams, one for each client. By default they are asked for with GET, which any page can send.
        method: 'POST',
        // A request after a logout must not get the answer of an equal one that was sent before it.
        deduplicateInflightRequests: false,
      },
    },
  },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request, context, subgraphName }) => ({
      authorization: request.headers.get('authorization'),
      'user-agent': request.headers.get('user-agent'),
      // The address of the client, as this gateway sees it. Latchkey believes it if TRUST_PROXY names the gateway.
      'x-forwarded-for': context.req?.socket.remoteAddress ?? null,
      ...(subgraphName === 'latchkey' ? router : {}),
    }),
  },
});

const server = createServer(gateway);
server.listen(Number(PORT), '127.0.0.1', () => {
  console.log(`The gateway answers at http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`);
});
