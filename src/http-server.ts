/** Builds the HTTP servers over the opened data: schema, Apollo Server, streams, pages and health; and the metrics beside them. */
import type { FastifyInstance } from 'fastify';
import type { RequestContext } from './caller/caller.js';
import type { StreamRequest } from './caller/stream-door.js';
import type { OpenedData } from './data.js';
import { createContextBuilder } from './door/authenticate.js';
import { withCoreEvents } from './features/audit/core-events.js';
import { createErrorFormatter, type Denials, isInternal, originalOf, seenByClient } from './graphql/format-error.js';
import { PreparedQueries } from './graphql/prepared-queries.js';
import { keepingUp, type PubSub } from './graphql/pub-sub.js';
import { MAX_TOKENS, queryLimits } from './graphql/query-limits.js';
import { createStreamDoor, type StreamArgs } from './graphql/streams.js';
import { createOriginCheck } from './http/allowed-origins.js';
import { createApollo, executeOperation, type GraphqlParts } from './http/apollo.js';
import { serveConsole } from './http/console.js';
import { createDocumentStore } from './http/document-store.js';
import { answerEventStreams } from './http/event-stream-route.js';
import { openExplorer } from './http/explorers.js';
import { createFailureLog } from './http/failure-log.js';
import { registerGraphql } from './http/graphql-route.js';
import { registerHealth } from './http/health.js';
import { contextsBy } from './http/incoming-request.js';
import type { RevocationLatency } from './http/metrics.js';
import { createMetricsServer } from './http/metrics-server.js';
import { createProxies } from './http/proxies.js';
import { createQueryLane } from './http/query-lane.js';
import { createRefreshCookies } from './http/refresh-cookie.js';
import { createRequestIds } from './http/request-ids.js';
import { createServer } from './http/server.js';
import { AddressCounts } from './http/stream-door.js';
import { acceptWebSockets, allowWebSockets } from './http/websocket-route.js';
import { registerWellKnown } from './http/well-known.js';
import { readClusterId } from './revocation/cluster-id.js';
import { createSchema, type ResolverClass } from './schema.js';

/** The parts that an embedding application adds. */
export interface OwnParts {
  /** Own type-graphql resolvers: classes that are made without arguments, or instances. */
  readonly resolvers?: readonly (ResolverClass | object)[];
  /** The source of events for the application's own subscriptions with `topics`. */
  readonly pubSub?: PubSub;
  /** Own Apollo Server plugins. */
  readonly plugins?: GraphqlParts<RequestContext>['plugins'];
}

export interface HttpServer {
  readonly server: FastifyInstance;
  readonly metrics: FastifyInstance;
  /** Call it after the server has closed. */
  stopGraphql(): Promise<void>;
}

/** Builds the servers. They do not listen yet. */
export async function openHttpServer(data: OpenedData, own: OwnParts, latency: RevocationLatency): Promise<HttpServer> {
  const { parts, world, check, connections } = data;
  const { config, log, clock, randomness } = world;
  const events = withCoreEvents(parts.auditFeed, own.pubSub && keepingUp(own.pubSub));
  const schema = createSchema(check, [...data.resolvers, ...(own.resolvers ?? [])], events);
  const denials: Denials = new Map();
  const formatError = createErrorFormatter(denials);
  const report = createFailureLog(isInternal, originalOf, log);
  const graphql = {
    schema,
    validationRules: [...queryLimits],
    documentStore: createDocumentStore(),
    formatError,
    report,
    maxTokens: MAX_TOKENS,
    plugins: own.plugins ?? [],
  };
  const explorer = openExplorer(config, log);
  const apollo = createApollo<RequestContext>(graphql, config, explorer, log);
  const proxies = createProxies(config.trustProxy, log);
  const origins = createOriginCheck(config, proxies, log);
  const nextRequestId = createRequestIds((count) => randomness.bytes(count));
  const server = await createServer(config, proxies, log, nextRequestId);
  await apollo.start();
  await allowWebSockets(server, origins);
  const buildContext = createContextBuilder(parts.accessTokens, check);
  const streams = {
    door: {
      ...createStreamDoor(schema, buildContext, check, formatError, report, config),
      execute: (request: StreamRequest, { contextValue }: StreamArgs) => executeOperation(apollo, request, contextValue),
    },
    connections,
    addresses: new AddressCounts(),
    now: () => clock.now(),
  };
  const streamRoutes = {
    answerEventStream: answerEventStreams(streams, origins),
    acceptWebSocket: acceptWebSockets(streams),
  };
  const followsRequests = graphql.plugins.some(({ requestDidStart }) => requestDidStart !== undefined);
  const prepared = new PreparedQueries(schema, graphql.documentStore);
  const clusterId = await readClusterId(data.database, randomness.bytes(16).toString('hex'));
  const contextOf = contextsBy(buildContext, createRefreshCookies(clusterId, streams.now, log));
  const lane = followsRequests
    ? null
    : createQueryLane({ find: prepared.find.bind(prepared), format: seenByClient(formatError), contextOf, report });
  registerGraphql(server, apollo, contextOf, streamRoutes, lane, explorer, origins);
  explorer.serveAssets(server);
  if (config.console && !serveConsole(server, config)) log.warn('the account console was not built and is not served');
  registerWellKnown(server, () => parts.keys.list().map((key) => key.publicJwk));
  registerHealth(server, data.findUnreadiness);
  const readings = {
    databaseOperations: () => data.database.operations,
    liveRevocations: () => data.revocations.replica.size,
    waitingMails: () => parts.outbox.waiting,
    liveConnections: () => connections.size,
    eventFollowers: () => parts.auditFeed.followers,
    events: parts.audit.counts,
    denials,
  };
  const metrics = createMetricsServer({ readings, lease: data.node, latency, mirror: data.mirror }, log, nextRequestId);
  return { server, metrics, stopGraphql: () => apollo.stop() };
}
