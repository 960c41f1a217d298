/** The services of the composition root: data, domain and mail, put together by hand; what is left to `app.ts` is HTTP and GraphQL. */
import { randomBytes } from 'node:crypto';
import { openAudit } from './audit-services.js';
import type { Config } from './config/config.js';
import { Database } from './database/database.js';
import { type FileLock, lockData } from './database/file-lock.js';
import { migrate, pendingMigrations } from './database/migrations.js';
import { withStartLock } from './database/start-lock.js';
import { EmailChanges } from './features/accounts/email-changes.js';
import { EmailVerifications } from './features/accounts/email-verifications.js';
import { PasswordChanges } from './features/accounts/password-changes.js';
import { PasswordRecovery } from './features/accounts/password-recovery.js';
import { Registrations } from './features/accounts/registrations.js';
import { UserDeletion } from './features/accounts/user-deletion.js';
import { Administration } from './features/administration/administration.js';
import { joinCommands } from './features/administration/commands.js';
import { Listings } from './features/administration/listings.js';
import { MirrorAdministration } from './features/administration/mirror-administration.js';
import { PasswordResets } from './features/administration/password-resets.js';
import { UserAdministration } from './features/administration/user-administration.js';
import { UserDirectory } from './features/administration/user-directory.js';
import { AuditTrail } from './features/audit/audit-trail.js';
import { JointLogouts } from './features/endings/joint-logouts.js';
import { SessionEndings } from './features/endings/session-endings.js';
import { AttemptCounts } from './features/limits/attempt-counts.js';
import { AttemptLimits } from './features/limits/attempt-limits.js';
import { MailCodes } from './features/mail/mail-codes.js';
import { Examination } from './features/operations/examination.js';
import { NodeExamination } from './features/operations/node-examination.js';
import { ServerOverview } from './features/operations/server-overview.js';
import { PasswordPolicy } from './features/passwords/password-policy.js';
import { DEFAULT_PASSWORD_COST, type PasswordCost, Passwords } from './features/passwords/passwords.js';
import { PwnedPasswords } from './features/passwords/pwned-passwords.js';
import { Login } from './features/sessions/login.js';
import { Logout } from './features/sessions/logout.js';
import { NewDevices } from './features/sessions/new-devices.js';
import { Reauthentication } from './features/sessions/reauthentication.js';
import { Refreshes } from './features/sessions/refreshes.js';
import { Sessions } from './features/sessions/sessions.js';
import { AccessTokens } from './features/tokens/access-tokens.js';
import { SigningKeys } from './features/tokens/signing-keys.js';
import { TokenMint } from './features/tokens/token-mint.js';
import { Credentials } from './features/users/credentials.js';
import { Users } from './features/users/users.js';
import type { OpenedNode } from './lease-services.js';
import type { Clock, LeaseClock, Randomness } from './lib/ambient.js';
import { createLog, type Log } from './lib/log.js';
import { openMail } from './mail-services.js';
import { openMirror } from './mirror-services.js';
import { SingleNode } from './revocation/coordinator.js';
import { LiveConnections } from './revocation/live-connections.js';
import { Replica } from './revocation/memory/replica.js';
import type { Mirror } from './revocation/redis/mirror.js';
import { MirroredCoordinator } from './revocation/redis/mirrored-coordinator.js';
import { Revocations } from './revocation/revocations.js';

const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
export const SYSTEM_LEASE_CLOCK: LeaseClock = { now: () => ({ monotonic: performance.now(), wall: Date.now() }) };
export const SYSTEM_RANDOMNESS: Randomness = { bytes: (count) => randomBytes(count) };

export interface ServiceOptions {
  readonly config: Config;
  /** The world, for tests that hold it still. */
  readonly clock?: Clock;
  readonly leaseClock?: LeaseClock;
  readonly randomness?: Randomness;
  readonly log?: Log;
  readonly passwordCost?: PasswordCost;
}

export type Services = Awaited<ReturnType<typeof openServices>>;

/**
 * Takes the lock, migrates, and loads the blacklist and the keys: everything but HTTP and GraphQL.
 *
 * @param holder what this process is, for another one that finds DATA_DIR locked
 */
export async function openServices(options: ServiceOptions, holder: string) {
  const { config } = options;
  const lock = lockData(config.dataDir, config.databaseUrl, holder);
  try {
    return await withStartLock(config.databaseUrl, () => openLocked(options, lock));
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function openLocked(
  {
    config,
    clock = SYSTEM_CLOCK,
    leaseClock = SYSTEM_LEASE_CLOCK,
    randomness = SYSTEM_RANDOMNESS,
    passwordCost = DEFAULT_PASSWORD_COST,
    ...options
  }: ServiceOptions,
  lock: FileLock,
) {
  const log = options.log ?? createLog(config.logLevel);
  let database: Database | undefined;
  let opened: OpenedNode | undefined;
  let mirror: Mirror | null = null;
  try {
    database = await openMigrated(config);
    const replica = new Replica();
    const connections = new LiveConnections();
    const world = { config, clock, leaseClock, randomness, log };
    if (database.isShared) opened = (await import('./lease-services.js')).openNode(world, database, replica, connections);
    const { audit, feed } = openAudit(world, database, opened);
    const node = opened?.node ?? null;
    const { mirrorTable, mirror: made } = openMirror(world, database);
    mirror = made;
    const coordinator = new MirroredCoordinator(node ?? new SingleNode(replica, connections), mirror, leaseClock);
    const revocations = new Revocations(database, clock, replica, coordinator);
    const keys = new SigningKeys(database, audit, config, clock, randomness);
    const { outbox, notices, delivery } = await openMail(world, database);
    const passwords = new Passwords(passwordCost, randomness);
    const limits = new AttemptLimits(new AttemptCounts(database, clock), config);
    const codes = new MailCodes(database, outbox, limits, config, clock, randomness);
    const passwordPolicy = new PasswordPolicy(new PwnedPasswords(config.pwnedPasswords, log), config);
    const users = new Users(database, passwords, passwordPolicy, audit, clock, randomness);
    const accessTokens = new AccessTokens(keys, config, clock);
    const endings = new SessionEndings(revocations, audit, clock);
    const mint = new TokenMint(database, revocations, keys, accessTokens, audit, config, clock, randomness);
    const sessions = new Sessions(database, mint, endings, new NewDevices(notices, limits), config, clock, randomness);
    const refreshes = new Refreshes(database, mint, endings, limits, audit, config, clock, randomness);
    const credentials = new Credentials(database, users, passwords, limits, audit);
    const logins = new Login(credentials, sessions);
    const reauthentication = new Reauthentication(users, credentials, endings, audit, config, clock);
    const passwordChanges = new PasswordChanges(
      users,
      credentials,
      passwords,
      passwordPolicy,
      sessions,
      mint,
      endings,
      notices,
      audit,
      config,
      clock,
      randomness,
    );
    const passwordResets = new PasswordResets(users, passwords, passwordPolicy, endings, notices, audit);
    const verifications = new EmailVerifications(database, users, codes, limits, audit, config, clock);
    const registrations = new Registrations(database, users, passwords, sessions, codes, limits, verifications, config, clock);
    const recovery = new PasswordRecovery(
      database,
      users,
      passwords,
      passwordPolicy,
      codes,
      limits,
      notices,
      endings,
      audit,
      config,
      clock,
    );
    const emailChanges = new EmailChanges(users, reauthentication, codes, limits, notices, endings, audit, config, clock);
    const deletion = new UserDeletion(users, credentials, endings, outbox, audit);
    const userAdministration = new UserAdministration(endings, reauthentication, recovery, audit, clock);
    const logouts = new Logout(sessions, endings, new JointLogouts(database, endings), clock);
    const nodeExamination = node === null ? null : new NodeExamination(database, node, config, clock);
    const examination = new Examination(database, revocations, keys, delivery, nodeExamination, clock);
    const trail = new AuditTrail(database, config, clock);
    const directory = new UserDirectory(database);
    const overview = new ServerOverview(database, revocations, connections, mirror, config);
    const acts = new Administration(
      database,
      revocations,
      users,
      sessions,
      endings,
      keys,
      codes,
      limits,
      trail,
      examination,
      userAdministration,
      passwordResets,
      deletion,
    );
    const listings = new Listings(users, directory, sessions, trail, database, clock);
    const administration = joinCommands(acts, listings, new MirrorAdministration(mirrorTable, config));
    await Promise.all([revocations.load(), keys.load()]);
    await mirror?.start();
    const [openedDatabase, openedNode, openedMirror] = [database, opened, mirror];
    const close = async () => {
      await openedMirror?.stop();
      await openedNode?.close();
      await openedDatabase.close();
      lock.release();
    };
    return {
      database: openedDatabase,
      /** Null where there is one node only. */
      node,
      /** Null without Redis. */
      mirror: openedMirror,
      mirrorTable,
      audit,
      feed,
      clock,
      connections,
      revocations,
      keys,
      users,
      accessTokens,
      endings,
      sessions,
      refreshes,
      logins,
      logouts,
      reauthentication,
      passwordChanges,
      deletion,
      userAdministration,
      outbox,
      registrations,
      recovery,
      verifications,
      emailChanges,
      trail,
      directory,
      overview,
      administration,
      close,
    };
  } catch (error) {
    await mirror?.stop();
    await opened?.close();
    await database?.close();
    throw error;
  }
}

/** The engine that migrates wants a SQLite file for itself, so the client is opened again after it. */
async function openMigrated({ databaseUrl, databasePoolSize }: Config): Promise<Database> {
  const database = await Database.open(databaseUrl, databasePoolSize);
  try {
    if ((await pendingMigrations(database, databaseUrl)).length === 0) return database;
  } catch (error) {
    await database.close();
    throw error;
  }
  await database.close();
  await migrate(databaseUrl);
  return Database.open(databaseUrl, databasePoolSize);
}
