/** Builds the HTTP servers over the opened data: schema, Apollo Server, streams, pages and health; and the metrics beside them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AccessToken } from './caller/access-token-claims.js';
import type { RequestContext } from './caller/caller.js';
import type { OpenedData } from './data.js';
import { createAuthChecker } from './door/auth-checker.js';
import { createContextBuilder, createDoor } from './door/authenticate.js';
import { createRouteGuard } from './door/route-guard.js';
import { withCoreEvents } from './features/audit/core-events.js';
import { sha256 } from './features/services/service-credentials.js';
import { createErrorFormatter, type Denials, isInternal, originalOf, seenByClient } from './graphql/format-error.js';
import { faultsOfPlainRequests } from './graphql/plain-requests.js';
import { PreparedOperations } from './graphql/prepared-operations.js';
import { keepingUp, type PubSub } from './graphql/pub-sub.js';
import { MAX_TOKENS, queryLimits, validationOptions } from './graphql/query-limits.js';
import { createStreamDoor, type StreamArgs } from './graphql/streams.js';
import { createOriginCheck } from './http/allowed-origins.js';
import { createApollo, executeOperation, type GraphqlParts } from './http/apollo.js';
import { serveConsole } from './http/console.js';
import { createDocumentStore } from './http/document-store.js';
import { answerEventStreams } from './http/event-stream-route.js';
import { openExplorer } from './http/explorers.js';
import { createFailureLog } from './http/failure-log.js';
import { registerFeed } from './http/feed-routes.js';
import { registerGraphql } from './http/graphql-route.js';
import { registerHealth } from './http/health.js';
import { streamOriginsOf } from './http/hosted-sandbox.js';
import { contextsBy, incomingOf } from './http/incoming-request.js';
import type { RevocationLatency } from './http/metrics.js';
import { createMetricsServer } from './http/metrics-server.js';
import type { RevokeToken } from './http/oauth-routes.js';
import { createProxies } from './http/proxies.js';
import { createQueryLane } from './http/query-lane.js';
import { createRefreshCookies } from './http/refresh-cookie.js';
import { createRequestIds } from './http/request-ids.js';
import { createServer } from './http/server.js';
import { createServiceDoor } from './http/service-door.js';
import { registerServices } from './http/service-routes.js';
import { AddressCounts } from './http/stream-door.js';
import { acceptWebSockets } from './http/websocket-route.js';
import { registerWellKnown } from './http/well-known.js';
import { readClusterId } from './revocation/cluster-id.js';
import { copySchema, createSchema, type OwnSchemaParts } from './schema.js';

/** The parts that an embedding application adds. */
export interface OwnParts extends OwnSchemaParts {
  /** The source of events for the application's own subscriptions with `topics`. */
  readonly pubSub?: PubSub;
  /** Own Apollo Server plugins. */
  readonly plugins?: GraphqlParts<RequestContext>['plugins'];
}

/**
 * Answers who sends a request to a route of the application, by the same checks as /graphql.
 *
 * @param options a caller needs one of `roles`; without them every authenticated caller may pass
 * @returns the claims of the live access token
 * @throws LatchkeyError UNAUTHENTICATED, FORBIDDEN or AUTH_UNAVAILABLE; Fastify answers it with 401, 403 or 503
 */
export type AuthenticateRequest = (request: FastifyRequest, options?: RouteRoles | FastifyReply) => Promise<AccessToken>;

interface RouteRoles {
  readonly roles: readonly string[];
}

export interface HttpServer {
  readonly server: FastifyInstance;
  /** A new copy of the schema that is served, each time. */
  readonly schema: ReturnType<typeof createSchema>;
  readonly authenticate: AuthenticateRequest;
  readonly metrics: FastifyInstance;
  /** Call it after the server has closed. */
  stopGraphql(): Promise<void>;
}

/** Builds the servers. They do not listen yet. */
export async function openHttpServer(data: OpenedData, own: OwnParts, latency: RevocationLatency): Promise<HttpServer> {
  const { parts, world, check, connections } = data;
  const { config, log, clock, randomness } = world;
  const events = withCoreEvents(parts.auditFeed, own.pubSub && keepingUp(own.pubSub));
  const schema = createSchema(createAuthChecker(check), data.resolvers, events, own);
  const denials: Denials = new Map();
  const formatError = createErrorFormatter(denials);
  const report = createFailureLog(isInternal, originalOf, log);
  const graphql = {
    schema,
    validationRules: [...queryLimits],
    validationOptions: validationOptions(config),
    findFault: faultsOfPlainRequests(schema),
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
  const streamOrigins = createOriginCheck({ ...config, corsOrigins: streamOriginsOf(config) }, proxies, log);
  const nextRequestId = createRequestIds((count) => randomness.bytes(count));
  const server = await createServer(config, { proxies, streamOrigins, log, nextRequestId });
  await apollo.start();
  const callers = createDoor(parts.accessTokens, check);
  const buildContext = createContextBuilder(callers);
  const followsRequests = graphql.plugins.some(({ requestDidStart }) => requestDidStart !== undefined);
  const prepared = new PreparedOperations(schema, graphql.documentStore);
  const door = createStreamDoor({
    schema,
    documents: graphql.documentStore,
    prepared,
    buildContext,
    check,
    formatError,
    report,
    ...config,
  });
  const streams = {
    door: followsRequests ? { ...door, execute: (args: StreamArgs) => executeOperation(apollo, args) } : door,
    connections,
    addresses: new AddressCounts(),
    now: () => clock.now(),
  };
  const streamRoutes = {
    answerEventStream: answerEventStreams(streams, streamOrigins),
    acceptWebSocket: acceptWebSockets(streams),
  };
  const clusterId = await readClusterId(data.database, randomness.bytes(16).toString('hex'));
  const contextOf = contextsBy(buildContext, createRefreshCookies(clusterId, streams.now, log));
  const lane = followsRequests
    ? null
    : createQueryLane({ find: prepared.find.bind(prepared), format: seenByClient(formatError), contextOf, report });
  registerGraphql(server, apollo, contextOf, streamRoutes, lane, explorer, origins);
  explorer.serveFiles(server);
  if (config.console && !serveConsole(server, config)) log.warn('the account console was not built and is not served');
  registerWellKnown(server, () => parts.keys.list().map((key) => key.publicJwk));
  const services = createServiceDoor({ identify: (credential, origin) => parts.serviceCredentials.identify(credential, origin) });
  const revoke: RevokeToken = (token, caller, origin) => parts.tokenRevocations.revoke(token, caller, origin);
  registerServices(server, config, { callers, services, revoke });
  registerFeed(server, {
    world,
    feed: data.feed,
    clusterId,
    services,
    findLive: (ids) => parts.serviceCredentials.findLive(ids),
    hashOf: sha256,
    register: (credentialId, leaseMs) => parts.verifiers.register(credentialId, leaseMs),
    leave: (credentialId, member) => parts.verifiers.leave(credentialId, member),
  });
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
  const admit = createRouteGuard(buildContext);
  return {
    server,
    metrics,
    get schema() {
      return copySchema(schema);
    },
    // As a hook it is called with the reply, which names no roles.
    authenticate: async (request, options = { roles: [] }) => admit(incomingOf(request), 'roles' in options ? options.roles : []),
    stopGraphql: () => apollo.stop(),
  };
}
