/** Environment -> one checked, frozen Config. The only place that reads `process.env`. */
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import type { LogLevel } from '../lib/log.js';
import { ConfigError, type ConfigFault } from './config-error.js';
import { findFaults, isPostgresql, mailFaults } from './config-faults.js';
import {
  baseUrl,
  checked,
  claim,
  databaseUrl,
  duration,
  mailbox,
  milliseconds,
  oneOf,
  origins,
  proxies,
  redisPrefix,
  redisUrl,
  smtpUrl,
  wholeNumber,
} from './config-values.js';
import { findSecret, makeSecret } from './secret.js';

export { SETTINGS, type Setting } from './config-settings.js';

export type RevocationCheckMode = 'memory' | 'lease' | 'database' | 'redis';
export type SigningAlgorithm = 'ES256' | 'RS256';
export type ExplorerChoice = 'sandbox' | 'graphiql' | 'off';

export interface PwnedPasswordsSettings {
  readonly isOn: boolean;
  /** Without a slash at the end. */
  readonly url: string;
  readonly whenDown: 'allow' | 'refuse';
}

/** Durations are whole seconds. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  /** How many connections this node may have to PostgreSQL. */
  readonly databasePoolSize: number;
  /** Null: there is no mirror. */
  readonly redisUrl: string | null;
  readonly redisPrefix: string;
  readonly dataDir: string;
  readonly secret: Buffer;
  readonly issuer: string;
  readonly audience: string;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  readonly sessionIdleTtlSeconds: number;
  readonly registration: 'open' | 'closed';
  readonly reauthenticationTtlSeconds: number;
  /** Without a slash at the end. */
  readonly appUrl: string;
  /** Null: mails are written into files. */
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  /** Wrong passwords for one user from one address, in 15 minutes. */
  readonly loginAttempts: number;
  /** Failures of any kind from one address, in 15 minutes. */
  readonly addressAttempts: number;
  readonly pwnedPasswords: PwnedPasswordsSettings;
  readonly auditRetentionSeconds: number;
  readonly revocationCheck: RevocationCheckMode;
  /** T: how long a node may answer from memory without having asked the database. */
  readonly leaseMs: number;
  /** Whether the nodes tell each other of revocations, with LISTEN and NOTIFY. */
  readonly doorbell: boolean;
  readonly clockToleranceSeconds: number;
  readonly corsOrigins: readonly string[];
  readonly trustProxy: boolean | number | readonly string[];
  readonly introspection: boolean;
  /** The page for people at /graphql; `off` without introspection, since it could show nothing. */
  readonly explorer: ExplorerChoice;
  /** Whether the pages under /account are served. */
  readonly console: boolean;
  readonly logLevel: LogLevel;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const schema = z.object({
  PORT: wholeNumber(4000, 0, 65_535),
  HOST: checked('127.0.0.1', 'an address or a host name', (text) => (/^[\w.:-]{1,255}$/.test(text) ? text : undefined)),
  DATABASE_URL: databaseUrl,
  DATABASE_POOL_SIZE: wholeNumber(10, 2, 1_000),
  REDIS_URL: redisUrl,
  REDIS_PREFIX: redisPrefix,
  DATA_DIR: checked('./data', 'a folder', (text) => (text.includes('\0') || text === '' ? undefined : text)),
  LATCHKEY_SECRET: z.string().optional(),
  LATCHKEY_SECRET_FILE: z.string().optional(),
  ISSUER: claim('latchkey'),
  AUDIENCE: claim('latchkey'),
  SIGNING_ALG: oneOf<SigningAlgorithm>('ES256', ['ES256', 'RS256']),
  ACCESS_TOKEN_TTL: duration('15m', 10, 86_400),
  REFRESH_TOKEN_TTL: duration('30d', 60, 400 * 86_400),
  SESSION_IDLE_TTL: duration('14d', 60, 400 * 86_400),
  REGISTRATION: oneOf('open', ['open', 'closed']),
  REAUTHENTICATION_TTL: duration('10m', 30, 86_400),
  APP_URL: baseUrl('', 'https://app.example.com/login'),
  SMTP_URL: smtpUrl,
  MAIL_FROM: mailbox,
  LOGIN_ATTEMPTS: wholeNumber(10, 1, 1_000_000),
  ADDRESS_ATTEMPTS: wholeNumber(100, 1, 1_000_000),
  PWNED_PASSWORDS: oneOf('off', ['off', 'on']),
  PWNED_PASSWORDS_URL: baseUrl('https://api.pwnedpasswords.com', 'https://api.pwnedpasswords.com'),
  PWNED_PASSWORDS_DOWN: oneOf('allow', ['allow', 'refuse']),
  AUDIT_RETENTION: duration('365d', 86_400, 3_650 * 86_400),
  REVOCATION_CHECK: oneOf<RevocationCheckMode | ''>('', ['', 'memory', 'lease', 'database', 'redis']),
  LEASE: milliseconds('', 100, 60_000),
  DOORBELL: oneOf('on', ['on', 'off']),
  CLOCK_TOLERANCE: duration('5s', 0, 60),
  CORS_ORIGINS: origins,
  TRUST_PROXY: proxies,
  INTROSPECTION: oneOf('on', ['on', 'off']),
  EXPLORER: oneOf<ExplorerChoice>('sandbox', ['sandbox', 'graphiql', 'off']),
  CONSOLE: oneOf('on', ['on', 'off']),
  LOG_LEVEL: oneOf<LogLevel>('info', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
});

type Settings = z.infer<typeof schema>;

/**
 * Reads the settings and checks them all. Makes the secret in DATA_DIR if none is given and the rest is right.
 *
 * @throws ConfigError with every fault; nothing has been created then
 */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = schema.safeParse(given);
  const faults = parsed.success
    ? findFaults(parsed.data)
    : parsed.error.issues.map((issue) => faultOf(String(issue.path[0]), given, issue.message));
  faults.push(...mailFaults(given));
  const secret = findSecret(given, faults);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return freeze(parsed.data, secret ?? makeSecret(parsed.data.DATA_DIR));
}

function faultOf(setting: string, given: Environment, expected: string): ConfigFault {
  const value = given[setting];
  const found =
    value === undefined
      ? 'nothing'
      : ['DATABASE_URL', 'REDIS_URL', 'SMTP_URL'].includes(setting)
        ? JSON.stringify(withoutPassword(value))
        : JSON.stringify(value);
  return { setting, found, expected };
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/, '//[masked]@').replace(/(password=)[^&]*/gi, '$1[masked]');
}

function freeze(settings: Settings, secret: Buffer): Config {
  const dataDir = resolve(settings.DATA_DIR);
  return Object.freeze({
    port: settings.PORT,
    host: settings.HOST,
    databaseUrl: isPostgresql(settings)
      ? settings.DATABASE_URL
      : absoluteFileUrl(settings.DATABASE_URL || `file:${join(dataDir, 'latchkey.db')}`),
    databasePoolSize: settings.DATABASE_POOL_SIZE,
    redisUrl: settings.REDIS_URL || null,
    redisPrefix: settings.REDIS_PREFIX,
    dataDir,
    secret,
    issuer: settings.ISSUER,
    audience: settings.AUDIENCE,
    signingAlgorithm: settings.SIGNING_ALG,
    accessTokenTtlSeconds: settings.ACCESS_TOKEN_TTL,
    refreshTokenTtlSeconds: settings.REFRESH_TOKEN_TTL,
    sessionIdleTtlSeconds: settings.SESSION_IDLE_TTL,
    registration: settings.REGISTRATION,
    reauthenticationTtlSeconds: settings.REAUTHENTICATION_TTL,
    appUrl: settings.APP_URL || `http://localhost:${settings.PORT}/account`,
    smtpUrl: settings.SMTP_URL || null,
    mailFrom: settings.MAIL_FROM || 'Latchkey <latchkey@localhost>',
    loginAttempts: settings.LOGIN_ATTEMPTS,
    addressAttempts: settings.ADDRESS_ATTEMPTS,
    pwnedPasswords: {
      isOn: settings.PWNED_PASSWORDS === 'on',
      url: settings.PWNED_PASSWORDS_URL,
      whenDown: settings.PWNED_PASSWORDS_DOWN,
    },
    auditRetentionSeconds: settings.AUDIT_RETENTION,
    revocationCheck: settings.REVOCATION_CHECK || (isPostgresql(settings) ? 'lease' : 'memory'),
    leaseMs: settings.LEASE ?? (settings.DOORBELL === 'on' ? 2_000 : 300),
    doorbell: settings.DOORBELL === 'on',
    clockToleranceSeconds: settings.CLOCK_TOLERANCE,
    corsOrigins: settings.CORS_ORIGINS,
    trustProxy: settings.TRUST_PROXY,
    introspection: settings.INTROSPECTION === 'on',
    explorer: settings.INTROSPECTION === 'on' ? settings.EXPLORER : 'off',
    console: settings.CONSOLE === 'on',
    logLevel: settings.LOG_LEVEL,
  });
}

function absoluteFileUrl(url: string): string {
  const path = url.slice('file:'.length);
  return isAbsolute(path) ? `file:${path}` : `file:${resolve(path)}`;
}
