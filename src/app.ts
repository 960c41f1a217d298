/** The composition root: opens the rooms and serves them. An application imports this file to embed the server. */
import type { FastifyInstance } from 'fastify';
import { type DataOptions, openData } from './data.js';
import { openControlSocket } from './http/control-socket.js';
import { RevocationLatency } from './http/metrics.js';
import { listenForMetrics } from './http/metrics-server.js';
import { type HttpServer, type OwnParts, openHttpServer } from './http-server.js';
import { Teardown } from './lib/teardown.js';
import { assertKept } from './revocation/open.js';
import { assertMirrored } from './revocation/redis/open.js';
import type { Commands } from './rooms.js';

export type { AccessToken } from './caller/access-token-claims.js';
export type { Caller, RequestContext } from './caller/caller.js';
export { type Config, readConfig } from './config/config.js';
export { SessionType as Session } from './features/sessions/session.type.js';
export { UserType as User } from './features/users/user.type.js';
export type { OwnContext } from './graphql/own-context.js';
export { LatchkeyError } from './lib/errors.js';

export interface AppOptions extends Omit<DataOptions, 'onConfirmed'>, OwnParts {}

export interface App {
  /** The Fastify server: add routes of your own before `listen`, or send requests without a port with `inject`. */
  readonly server: FastifyInstance;
  /** A copy of the schema that is served: for printing, for code generators, for tests. A change to it changes nothing that is served. */
  readonly schema: HttpServer['schema'];
  /** Guards routes of your own. It throws unless the caller is authenticated, so it works as a `preHandler` too. */
  readonly authenticate: HttpServer['authenticate'];
  /** The server of `/metrics`, which listens on METRICS_HOST and METRICS_PORT. */
  readonly metrics: FastifyInstance;
  /** The commands of the command line. */
  readonly administration: Commands;
  /** Starts to listen on the network, for metrics and on the control socket. Returns the network address. */
  listen(): Promise<string>;
  /** What `close` is waiting for, for a message; null if it is waiting for nothing. */
  readonly waitingFor: string | null;
  /** Accepts no more requests, finishes the running ones, closes the database and unlocks DATA_DIR. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;

/**
 * Opens the data and builds the server; nothing listens yet.
 *
 * @throws DataDirLocked if another process owns DATA_DIR or the database
 * @throws WrongSecret if LATCHKEY_SECRET does not open the signing keys
 * @throws ForeignDatabase if the database is of a newer version
 * @throws PromiseBroken, UnfitRedis if a logout would not hold on this database, or this Redis
 */
export async function createApp(options: AppOptions): Promise<App> {
  const latency = new RevocationLatency();
  const data = await openData({ ...options, onConfirmed: (confirmation) => latency.observe(confirmation) }, 'a Latchkey server');
  const { parts, commands, connections, node, world } = data;
  const { config, log } = world;
  const http = await openOver(data.close, async () => {
    await assertKept(data, log);
    await assertMirrored(world, data, data.revocations.catchUp);
    return openHttpServer(data, options, latency);
  });
  parts.outbox.start();
  if (config.revocationCheck === 'lease') node?.start();

  let control: FastifyInstance | null = null;
  let pruning: NodeJS.Timeout | undefined;
  const teardown = new Teardown();
  teardown.add(data.close, 'the database');
  teardown.add(() => parts.outbox.stop(), 'a mail that is being sent');
  teardown.add(() => http.stopGraphql(), 'the plugins of Apollo Server');
  teardown.add(async () => control?.close(), 'a command of the command line');
  teardown.add(async () => http.metrics.close(), 'a request for metrics');
  teardown.add(async () => http.server.close(), 'requests that are being answered');
  return {
    server: http.server,
    metrics: http.metrics,
    authenticate: http.authenticate,
    get schema() {
      return http.schema;
    },
    administration: commands,
    get waitingFor() {
      return teardown.waitingFor;
    },
    async listen() {
      control = await openControlSocket(config.dataDir, commands, log);
      await listenForMetrics(http.metrics, config);
      const address = await http.server.listen({ port: config.port, host: config.host });
      pruning = setInterval(() => {
        void data.members.watch();
        commands.prune().catch((err: unknown) => log.warn({ err }, 'pruning failed and will be tried again'));
      }, PRUNE_EVERY_MS);
      return address;
    },
    async close() {
      clearInterval(pruning);
      connections.endAll('stopping', true);
      await teardown.run();
    },
  };
}

/** Closes the data if `open` fails. Without this, DATA_DIR would stay locked. */
async function openOver<Opened>(closeData: () => Promise<void>, open: () => Promise<Opened>): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    await closeData();
    throw error;
  }
}
