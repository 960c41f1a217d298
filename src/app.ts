/** The composition root: the only place that says `new`. Also what an application imports to embed the server. */
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Clock, Randomness } from './ambient.js';
import type { Config } from './config.js';
import { Database } from './database/database.js';
import { lockData } from './database/file-lock.js';
import { migrate, pendingMigrations } from './database/migrations.js';
import { AccessTokens } from './domain/access-tokens.js';
import { Administration } from './domain/administration.js';
import { Audit } from './domain/audit.js';
import { Credentials } from './domain/credentials.js';
import { Examination } from './domain/examination.js';
import { Login } from './domain/login.js';
import { Logout } from './domain/logout.js';
import { DEFAULT_PASSWORD_COST, type PasswordCost, Passwords } from './domain/passwords.js';
import { Refreshes } from './domain/refreshes.js';
import { SessionEndings } from './domain/session-endings.js';
import { Sessions } from './domain/sessions.js';
import { SigningKeys } from './domain/signing-keys.js';
import { TokenMint } from './domain/token-mint.js';
import { Users } from './domain/users.js';
import { createContextBuilder, type RequestContext } from './graphql/context.js';
import { formatError, isInternal, originalOf } from './graphql/format-error.js';
import { LoginResolver } from './graphql/login.resolver.js';
import { LogoutResolver } from './graphql/logout.resolver.js';
import { MAX_TOKENS, queryLimits } from './graphql/query-limits.js';
import { RefreshTokenResolver } from './graphql/refresh-token.resolver.js';
import { createSchema } from './graphql/schema.js';
import { SessionResolver } from './graphql/session.resolver.js';
import { UserResolver } from './graphql/user.resolver.js';
import { createApollo, type GraphqlParts } from './http/apollo.js';
import { openControlSocket } from './http/control-socket.js';
import { registerGraphql } from './http/graphql-route.js';
import { registerHealth } from './http/health.js';
import { registerMetrics } from './http/metrics.js';
import { createServer } from './http/server.js';
import { registerWellKnown } from './http/well-known.js';
import { createLog, type Log } from './log.js';
import { DatabaseCheck } from './revocation/database-check.js';
import { MemoryCheck } from './revocation/memory-check.js';
import type { RevocationCheck } from './revocation/revocation-check.js';
import { Revocations } from './revocation/revocations.js';

export { type Config, readConfig } from './config.js';
export type { Caller, RequestContext } from './graphql/context.js';

// biome-ignore lint/complexity/noBannedTypes: type-graphql's own type for a class
type ResolverClass = Function;

export interface AppOptions {
  readonly config: Config;
  /** Own type-graphql resolvers: classes that are made without arguments, or instances. */
  readonly resolvers?: readonly (ResolverClass | object)[];
  /** Own Apollo Server plugins. */
  readonly plugins?: GraphqlParts<RequestContext>['plugins'];
  /** The world, for tests that hold it still. */
  readonly clock?: Clock;
  readonly randomness?: Randomness;
  readonly log?: Log;
  readonly passwordCost?: PasswordCost;
}

export interface App {
  /** Fastify, for own routes (before `listen`) and for requests without a port (`inject`). */
  readonly server: FastifyInstance;
  readonly administration: Administration;
  /** Starts to serve, on the network and on the control socket. Returns the address. */
  listen(): Promise<string>;
  /** Stops accepting, finishes what runs, closes the database and lets go of DATA_DIR. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;
const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
const SYSTEM_RANDOMNESS: Randomness = { bytes: (count) => randomBytes(count) };

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
  const services = await openServices(options, 'a Latchkey server');
  const { database, revocations, keys, administration } = services;
  const check: RevocationCheck =
    config.revocationCheck === 'database' ? new DatabaseCheck(revocations, database) : new MemoryCheck(revocations);
  const { instances, classes } = ownResolvers(options.resolvers ?? []);
  const schema = createSchema(check, new Map([...coreResolvers(services), ...instances]), classes);
  const parts = {
    schema,
    validationRules: [...queryLimits],
    formatError,
    isInternal,
    originalOf,
    maxTokens: MAX_TOKENS,
    plugins: options.plugins ?? [],
  };
  const apollo = createApollo<RequestContext>(parts, config, log);
  const randomness = options.randomness ?? SYSTEM_RANDOMNESS;
  const server = await createServer(config, log, () => randomness.bytes(9).toString('base64url'));
  await apollo.start();
  registerGraphql(server, apollo, createContextBuilder(services.accessTokens, check));
  registerWellKnown(server, () => keys.list().map((key) => key.publicJwk));
  registerHealth(server, () => findUnreadiness(services));
  registerMetrics(server, { databaseOperations: () => database.operations, liveRevocations: () => revocations.replica.size });

  let control: FastifyInstance | null = null;
  let pruning: NodeJS.Timeout | undefined;
  return {
    server,
    administration,
    async listen() {
      control = await openControlSocket(config.dataDir, administration, log);
      const address = await server.listen({ port: config.port, host: config.host });
      pruning = setInterval(() => {
        administration.prune().catch((err: unknown) => log.warn({ err }, 'pruning failed and will be tried again'));
      }, PRUNE_EVERY_MS);
      return address;
    },
    async close() {
      clearInterval(pruning);
      await server.close();
      await control?.close();
      await apollo.stop();
      await services.close();
    },
  };
}

type ServiceOptions = Pick<AppOptions, 'config' | 'clock' | 'randomness' | 'passwordCost'>;
type Services = Awaited<ReturnType<typeof openServices>>;

/**
 * Takes the lock, migrates, and loads the blacklist and the keys: everything but HTTP and GraphQL.
 *
 * @param holder what this process is, for another one that finds DATA_DIR locked
 */
export async function openServices(
  { config, clock = SYSTEM_CLOCK, randomness = SYSTEM_RANDOMNESS, passwordCost = DEFAULT_PASSWORD_COST }: ServiceOptions,
  holder: string,
) {
  const lock = lockData(config.dataDir, config.databaseUrl, holder);
  let database: Database | undefined;
  try {
    database = await openMigrated(config.databaseUrl);
    const audit = new Audit(clock, randomness);
    const revocations = new Revocations(database, clock);
    const keys = new SigningKeys(database, audit, config, clock, randomness);
    const passwords = new Passwords(passwordCost, randomness);
    const users = new Users(database, passwords, audit, clock, randomness);
    const accessTokens = new AccessTokens(keys, config, clock);
    const endings = new SessionEndings(revocations, audit, clock);
    const mint = new TokenMint(database, revocations.replica, keys, accessTokens, audit, config, clock, randomness);
    const sessions = new Sessions(database, mint, endings, config, clock, randomness);
    const refreshes = new Refreshes(database, mint, endings, config, clock, randomness);
    const logins = new Login(new Credentials(users, passwords), users, sessions, config);
    const logouts = new Logout(sessions, endings, clock);
    const examination = new Examination(database, revocations, keys, clock);
    const administration = new Administration(database, revocations, users, sessions, endings, keys, examination, audit, clock);
    await Promise.all([revocations.load(), keys.load()]);
    const opened = database;
    const close = async () => {
      await opened.close();
      lock.release();
    };
    return {
      database: opened,
      revocations,
      keys,
      users,
      accessTokens,
      endings,
      sessions,
      refreshes,
      logins,
      logouts,
      administration,
      close,
    };
  } catch (error) {
    await database?.close();
    lock.release();
    throw error;
  }
}

/** The engine that migrates wants the file for itself, so the client is opened again after it. */
async function openMigrated(url: string): Promise<Database> {
  const database = await Database.open(url);
  if ((await pendingMigrations(database)).length === 0) return database;
  await database.close();
  await migrate(url);
  return Database.open(url);
}

function coreResolvers({ users, sessions, refreshes, endings, logins, logouts }: Services): [ResolverClass, object][] {
  return [
    [LoginResolver, new LoginResolver(logins)],
    [RefreshTokenResolver, new RefreshTokenResolver(refreshes)],
    [LogoutResolver, new LogoutResolver(logouts)],
    [UserResolver, new UserResolver(users)],
    [SessionResolver, new SessionResolver(sessions, endings)],
  ];
}

function ownResolvers(resolvers: readonly (ResolverClass | object)[]) {
  const instances = resolvers.map((resolver): [ResolverClass, object] =>
    typeof resolver === 'function' ? [resolver, new (resolver as new () => object)()] : [resolver.constructor, resolver],
  );
  return { instances, classes: instances.map(([resolver]) => resolver) };
}

async function findUnreadiness({ database, revocations }: Services): Promise<string | null> {
  try {
    if (!revocations.replica.isKnown) await revocations.recover();
    await database.ping();
    return null;
  } catch {
    return 'the database does not answer';
  }
}
