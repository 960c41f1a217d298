/** Checks the options of `openBlacklist`. */
import { isPostgresql } from '../database/engines.js';
import type { LogLevel } from '../lib/log.js';
import { BlacklistUnusable } from './errors.js';

export interface BlacklistOptions {
  /** `postgresql://…`, shared by many processes, or `file:…`, a SQLite file that one process owns. */
  readonly databaseUrl: string;
  /** The schema of PostgreSQL that holds the tables: `latchkey` unless given. */
  readonly schema?: string;
  /** `memory` (default): answers from memory, with a lease on PostgreSQL. `database`: asks the database each time. */
  readonly check?: 'memory' | 'database';
  /** How long a process answers from memory without asking PostgreSQL: 100 to 60,000, usually 2,000. `revoke` waits about this long for a dead process. */
  readonly leaseMs?: number;
  /** Whether the processes tell each other of revocations with LISTEN and NOTIFY. Say false where LISTEN does not work. */
  readonly doorbell?: boolean;
  /** Connections of this process to PostgreSQL, beside 4 for leases and doorbells: 10 unless given. */
  readonly poolSize?: number;
  /** Signs the messages between the processes. Unless given, one is made and kept in the tables. */
  readonly secret?: string;
  /** JSON lines on standard error: `warn` unless given. */
  readonly logLevel?: LogLevel;
}

export interface CheckedOptions {
  readonly url: string;
  readonly isPostgresql: boolean;
  readonly schema: string;
  readonly asksDatabase: boolean;
  readonly leaseMs: number;
  readonly doorbell: boolean;
  readonly poolSize: number;
  readonly secret: string | null;
  readonly logLevel: LogLevel;
}

const SHORTEST_SECRET = 32;
const LEASE_MS = 2_000;
/** Without doorbells `revoke` waits for the leases of the other processes each time. */
const LEASE_WITHOUT_DOORBELL_MS = 300;
const LOG_LEVELS: readonly string[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const KNOWN = ['databaseUrl', 'schema', 'check', 'leaseMs', 'doorbell', 'poolSize', 'secret', 'logLevel'];

/** @throws BlacklistUnusable */
export function checkOptions(options: BlacklistOptions): CheckedOptions {
  const { databaseUrl, schema = 'latchkey', check = 'memory', doorbell = true, poolSize = 10, secret = null, logLevel = 'warn' } = options;
  const leaseMs = options.leaseMs ?? (doorbell ? LEASE_MS : LEASE_WITHOUT_DOORBELL_MS);
  const unknown = Object.keys(options).filter((name) => !KNOWN.includes(name));
  claim(unknown.length === 0, `There is no option ${unknown.join(', ')}. The options are ${KNOWN.join(', ')}.`);
  const isText = typeof databaseUrl === 'string';
  claim(isText && /^(?:postgres(?:ql)?:\/\/|file:.)/.test(databaseUrl), 'databaseUrl begins with postgresql:// or file:.');
  const isName = typeof schema === 'string' && /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(schema);
  claim(isName, 'schema has lower-case letters, digits and _, begins with no digit, and not with pg_.');
  claim(check === 'memory' || check === 'database', "check is 'memory' or 'database'.");
  claim(isWhole(leaseMs, 100, 60_000), 'leaseMs is a whole number from 100 to 60000.');
  claim(typeof doorbell === 'boolean', 'doorbell is true or false.');
  claim(isWhole(poolSize, 2, 1_000), 'poolSize is a whole number from 2 to 1000.');
  claim(
    secret === null || (typeof secret === 'string' && secret.length >= SHORTEST_SECRET),
    `secret has at least ${SHORTEST_SECRET} characters.`,
  );
  claim(LOG_LEVELS.includes(logLevel), `logLevel is one of ${LOG_LEVELS.join(', ')}.`);
  const asksDatabase = check === 'database';
  return { url: databaseUrl, isPostgresql: isPostgresql(databaseUrl), schema, asksDatabase, leaseMs, doorbell, poolSize, secret, logLevel };
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

function claim(isRight: boolean, otherwise: string): void {
  if (!isRight) throw new BlacklistUnusable(otherwise);
}
