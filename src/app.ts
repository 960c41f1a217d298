/** The composition root: the only place that says `new`. Also what an application imports to embed the server. */
import 'reflect-metadata';
import type { FastifyInstance } from 'fastify';
import { type RequestContext } from './caller/caller.js';
import type { StreamRequest } from './caller/stream-door.js';
import type { Config } from './config/config.js';
import { ConfigError } from './config/config-error.js';
import { createContextBuilder } from './door/authenticate.js';
import { EmailResolver } from './features/accounts/email.resolver.js';
import { EmailConfirmationResolver } from './features/accounts/email-confirmation.resolver.js';
import { OwnUserResolver } from './features/accounts/own-user.resolver.js';
import { PasswordRecoveryResolver } from './features/accounts/password-recovery.resolver.js';
import { RegistrationResolver } from './features/accounts/registration.resolver.js';
import { AdministrationResolver } from './features/administration/administration.resolver.js';
import type { Commands } from './features/administration/commands.js';
import { UserDirectoryResolver } from './features/administration/user-directory.resolver.js';
import { AuditEventResolver } from './features/audit/audit-event.resolver.js';
import { withCoreEvents } from './features/audit/core-events.js';
import { ServerStatusResolver } from './features/operations/server-status.resolver.js';
import { LiveResolver } from './features/sessions/live.resolver.js';
import { LoginResolver } from './features/sessions/login.resolver.js';
import { LogoutResolver } from './features/sessions/logout.resolver.js';
import { RefreshTokenResolver } from './features/sessions/refresh-token.resolver.js';
import { SessionResolver } from './features/sessions/session.resolver.js';
import { UserResolver } from './features/users/user.resolver.js';
import { createErrorFormatter, type Denials, isInternal, originalOf, seenByClient } from './graphql/format-error.js';
import { PreparedQueries } from './graphql/prepared-queries.js';
import { keepingUp } from './graphql/pub-sub.js';
import { MAX_TOKENS, queryLimits } from './graphql/query-limits.js';
import { createStreamDoor, type StreamArgs } from './graphql/streams.js';
import { createApollo, executeOperation, type GraphqlParts } from './http/apollo.js';
import { serveConsole } from './http/console.js';
import { openControlSocket } from './http/control-socket.js';
import { createDocumentStore } from './http/document-store.js';
import { answerEventStreams } from './http/event-stream-route.js';
import { openExplorer } from './http/explorers.js';
import { createFailureLog } from './http/failure-log.js';
import { registerGraphql } from './http/graphql-route.js';
import { registerHealth } from './http/health.js';
import { contextsBy } from './http/incoming-request.js';
import { registerMetrics } from './http/metrics.js';
import { createQueryLane } from './http/query-lane.js';
import { createRequestIds } from './http/request-ids.js';
import { createServer } from './http/server.js';
import { AddressCounts } from './http/stream-door.js';
import { acceptWebSockets, allowWebSockets } from './http/websocket-route.js';
import { registerWellKnown } from './http/well-known.js';
import { createLog } from './lib/log.js';
import { DatabaseCheck } from './revocation/database-check.js';
import { LeaseCheck } from './revocation/lease/lease-check.js';
import { watchLease } from './revocation/lease/lease-watch.js';
import { MemoryCheck } from './revocation/memory/memory-check.js';
import { RedisCheck } from './revocation/redis/redis-check.js';
import type { RevocationCheck } from './revocation/revocation-check.js';
import { createSchema, type PubSub } from './schema.js';
import { openServices, type ServiceOptions, type Services, SYSTEM_LEASE_CLOCK, SYSTEM_RANDOMNESS } from './services.js';

export type { Caller, RequestContext } from './caller/caller.js';
export { type Config, readConfig } from './config/config.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
type ResolverClass = Function;

export interface AppOptions extends ServiceOptions {
  /** Own type-graphql resolvers: classes that are made without arguments, or instances. */
  readonly resolvers?: readonly (ResolverClass | object)[];
  /** Where own subscriptions with `topics` hear of events. */
  readonly pubSub?: PubSub;
  /** Own Apollo Server plugins. */
  readonly plugins?: GraphqlParts<RequestContext>['plugins'];
}

export interface App {
  /** Fastify, for own routes (before `listen`) and for requests without a port (`inject`). */
  readonly server: FastifyInstance;
  readonly administration: Commands;
  /** Starts to serve, on the network and on the control socket. Returns the address. */
  listen(): Promise<string>;
  /** Stops accepting, finishes what runs, closes the database and lets go of DATA_DIR. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;

/**
 * Opens the data and builds the server; nothing listens yet.
 *
 * @throws DataDirLocked if another process owns DATA_DIR or the database
 * @throws WrongSecret if LATCHKEY_SECRET does not open the signing keys
 * @throws ForeignDatabase if the database is of a newer version
 */
export async function createApp(options: AppOptions): Promise<App> {
  const { config } = options;
  const log = options.log ?? createLog(config.logLevel);
  const services = await openServices({ ...options, log }, 'a Latchkey server');
  const { database, revocations, keys, outbox, administration, connections } = services;
  await prepareMirror(config, services);
  const check = checkFor(options, services);
  const { instances, classes } = ownResolvers(options.resolvers ?? []);
  const schema = createSchema(
    check,
    new Map([...coreResolvers(services), ...instances]),
    classes,
    withCoreEvents(services.feed, options.pubSub && keepingUp(options.pubSub)),
  );
  const denials: Denials = new Map();
  const formatError = createErrorFormatter(denials);
  const report = createFailureLog(isInternal, originalOf, log);
  const parts = {
    schema,
    validationRules: [...queryLimits],
    documentStore: createDocumentStore(),
    formatError,
    report,
    maxTokens: MAX_TOKENS,
    plugins: options.plugins ?? [],
  };
  const explorer = openExplorer(config, log);
  const apollo = createApollo<RequestContext>(parts, config, explorer, log);
  const randomness = options.randomness ?? SYSTEM_RANDOMNESS;
  const server = await createServer(
    config,
    log,
    createRequestIds((count) => randomness.bytes(count)),
  );
  await apollo.start();
  await allowWebSockets(server, config.corsOrigins);
  const buildContext = createContextBuilder(services.accessTokens, check);
  const streams = {
    door: {
      ...createStreamDoor(schema, buildContext, check, formatError, report, config),
      execute: (request: StreamRequest, { contextValue }: StreamArgs) => executeOperation(apollo, request, contextValue),
    },
    connections,
    addresses: new AddressCounts(),
    now: () => services.clock.now(),
  };
  const streamRoutes = {
    answerEventStream: answerEventStreams(streams, config.corsOrigins),
    acceptWebSocket: acceptWebSockets(streams),
  };
  const followsRequests = parts.plugins.some(({ requestDidStart }) => requestDidStart !== undefined);
  const prepared = new PreparedQueries(schema, parts.documentStore);
  const format = seenByClient(formatError);
  const contextOf = contextsBy(buildContext, streams.now);
  const lane = followsRequests ? null : createQueryLane({ find: prepared.find.bind(prepared), format, contextOf, report });
  registerGraphql(server, apollo, contextOf, streamRoutes, lane, explorer, config);
  explorer.serveAssets(server);
  if (config.console && !serveConsole(server, config)) log.warn('the account console was not built and is not served');
  registerWellKnown(server, () => keys.list().map((key) => key.publicJwk));
  registerHealth(server, () => findUnreadiness(config, services));
  registerMetrics(
    server,
    {
      databaseOperations: () => database.operations,
      liveRevocations: () => revocations.replica.size,
      waitingMails: () => outbox.waiting,
      liveConnections: () => connections.size,
      eventFollowers: () => services.feed.followers,
      events: services.audit.counts,
      denials,
    },
    services.node,
    services.mirror,
  );
  outbox.start();
  if (services.node !== null) watchLease(services.node, connections);
  if (config.revocationCheck === 'lease') services.node?.start();

  let control: FastifyInstance | null = null;
  let pruning: NodeJS.Timeout | undefined;
  return {
    server,
    administration,
    async listen() {
      control = await openControlSocket(config.dataDir, administration, log);
      const address = await server.listen({ port: config.port, host: config.host });
      pruning = setInterval(() => {
        services.node?.watchMembers();
        administration.prune().catch((err: unknown) => log.warn({ err }, 'pruning failed and will be tried again'));
      }, PRUNE_EVERY_MS);
      return address;
    },
    async close() {
      clearInterval(pruning);
      connections.endAll('stopping', true);
      await server.close();
      await control?.close();
      await apollo.stop();
      await outbox.stop();
      await services.close();
    },
  };
}

/** @throws UnfitRedis or ConfigError if revocations could not be mirrored as the nodes of this database need it */
async function prepareMirror({ revocationCheck }: Config, { mirror, mirrorTable, revocations, close }: Services): Promise<void> {
  try {
    if (mirror === null && (await mirrorTable.readState()).waitsForMirror) {
      const expected =
        'the Redis of the other nodes, which check there; or run `latchkey blacklist unmirror` once no node has REVOCATION_CHECK=redis';
      throw new ConfigError([{ setting: 'REDIS_URL', found: 'nothing', expected }]);
    }
    if (revocationCheck === 'redis') await mirror?.rely(revocations.catchUp);
    if (mirror !== null && mirror.unfit !== null) throw mirror.unfit;
  } catch (error) {
    await close();
    throw error;
  }
}

function coreResolvers(services: Services): [ResolverClass, object][] {
  const { users, sessions, refreshes, logins, logouts, passwordChanges, reauthentication, deletion } = services;
  return [
    [OwnUserResolver, new OwnUserResolver(passwordChanges, reauthentication, deletion)],
    [UserDirectoryResolver, new UserDirectoryResolver(services.directory, users, sessions)],
    [AuditEventResolver, new AuditEventResolver(services.trail)],
    [LiveResolver, new LiveResolver(sessions)],
    [ServerStatusResolver, new ServerStatusResolver(services.overview)],
    [AdministrationResolver, new AdministrationResolver(services.userAdministration)],
    [RegistrationResolver, new RegistrationResolver(services.registrations)],
    [PasswordRecoveryResolver, new PasswordRecoveryResolver(services.recovery)],
    [EmailResolver, new EmailResolver(services.verifications, services.emailChanges)],
    [EmailConfirmationResolver, new EmailConfirmationResolver(services.verifications, services.emailChanges)],
    [LoginResolver, new LoginResolver(logins)],
    [RefreshTokenResolver, new RefreshTokenResolver(refreshes)],
    [LogoutResolver, new LogoutResolver(logouts)],
    [UserResolver, new UserResolver(users)],
    [SessionResolver, new SessionResolver(sessions)],
  ];
}

function ownResolvers(resolvers: readonly (ResolverClass | object)[]) {
  const instances = resolvers.map((resolver): [ResolverClass, object] =>
    typeof resolver === 'function' ? [resolver, new (resolver as new () => object)()] : [resolver.constructor, resolver],
  );
  return { instances, classes: instances.map(([resolver]) => resolver) };
}

function checkFor(
  { config, leaseClock = SYSTEM_LEASE_CLOCK }: AppOptions,
  { revocations, database, node, mirror }: Services,
): RevocationCheck {
  const table = new DatabaseCheck(revocations, database);
  if (config.revocationCheck === 'database') return table;
  if (config.revocationCheck === 'redis' && mirror !== null) return new RedisCheck(mirror, table);
  return node === null ? new MemoryCheck(revocations) : new LeaseCheck(node, revocations, leaseClock);
}

/** With a lease, whether one is held or can be had now: an outage that is shorter than it is not noticed. */
async function findUnreadiness({ revocationCheck }: Config, { database, revocations, node }: Services): Promise<string | null> {
  if (revocationCheck === 'lease' && node !== null) return node.findUnreadiness();
  try {
    if (!revocations.replica.isKnown) await revocations.recover();
    await database.ping();
    return null;
  } catch {
    return 'the database does not answer';
  }
}
