/** Environment -> one checked, frozen Config. The only place that reads `process.env`. */
import { isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, type ConfigFault } from './config-error.js';
import type { LogLevel } from './log.js';
import { findSecret, makeSecret } from './secret.js';

export type RevocationCheckMode = 'memory' | 'database';
export type SigningAlgorithm = 'ES256' | 'RS256';

/** Durations are whole seconds. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly secret: Buffer;
  readonly issuer: string;
  readonly audience: string;
  readonly signingAlgorithm: SigningAlgorithm;
  readonly accessTokenTtlSeconds: number;
  readonly refreshTokenTtlSeconds: number;
  readonly sessionIdleTtlSeconds: number;
  readonly registration: 'open' | 'closed';
  readonly revocationCheck: RevocationCheckMode;
  readonly clockToleranceSeconds: number;
  readonly corsOrigins: readonly string[];
  readonly trustProxy: boolean | number | readonly string[];
  readonly introspection: boolean;
  readonly logLevel: LogLevel;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting, for the contract test and the documentation. */
export interface Setting {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

export const SETTINGS: readonly Setting[] = [
  { name: 'PORT', fallback: '4000', meaning: 'TCP port, 0 to 65535 (0: any free one)' },
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'address to listen on; `0.0.0.0` for all' },
  { name: 'DATABASE_URL', fallback: 'file:<DATA_DIR>/latchkey.db', meaning: 'SQLite file, `file:` and a path' },
  { name: 'DATA_DIR', fallback: './data', meaning: 'where the secret, the database, the lock and the control socket are kept' },
  { name: 'LATCHKEY_SECRET', fallback: 'made once in DATA_DIR/secret', meaning: 'at least 32 random bytes; encrypts the signing keys' },
  { name: 'LATCHKEY_SECRET_FILE', fallback: 'none', meaning: 'file to read the secret from, instead of LATCHKEY_SECRET' },
  { name: 'ISSUER', fallback: 'latchkey', meaning: 'claim `iss` of the access tokens' },
  { name: 'AUDIENCE', fallback: 'latchkey', meaning: 'claim `aud` of the access tokens' },
  { name: 'SIGNING_ALG', fallback: 'ES256', meaning: '`ES256` or `RS256`' },
  { name: 'ACCESS_TOKEN_TTL', fallback: '15m', meaning: 'life of an access token, 10s to 24h' },
  { name: 'REFRESH_TOKEN_TTL', fallback: '30d', meaning: 'life of a session in all, at most 400d' },
  { name: 'SESSION_IDLE_TTL', fallback: '14d', meaning: 'life of a session that nobody refreshes' },
  { name: 'REGISTRATION', fallback: 'open', meaning: '`open` or `closed`' },
  { name: 'REVOCATION_CHECK', fallback: 'memory', meaning: '`memory` or `database`' },
  { name: 'CLOCK_TOLERANCE', fallback: '5s', meaning: 'how far two clocks may differ for `exp` and `iat`, at most 60s' },
  { name: 'CORS_ORIGINS', fallback: 'none', meaning: 'origins of browser front ends, separated by commas' },
  { name: 'TRUST_PROXY', fallback: 'off', meaning: '`off`, `on`, the number of proxies, or their addresses separated by commas' },
  { name: 'INTROSPECTION', fallback: 'on', meaning: '`on` or `off`; off also hides suggestions and Apollo Sandbox' },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`' },
];

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

function duration(fallback: string, minSeconds: number, maxSeconds: number) {
  const expected = `a duration like 90s, 15m, 12h or 30d, from ${minSeconds}s to ${maxSeconds}s`;
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const match = /^(\d{1,9})(s|m|h|d)$/.exec(text);
      const seconds = match ? Number(match[1]) * SECONDS_PER_UNIT[match[2] as 's'] : Number.NaN;
      if (seconds >= minSeconds && seconds <= maxSeconds) return seconds;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

function checked<Value>(fallback: string, expected: string, parse: (text: string) => Value | undefined) {
  return z
    .string()
    .default(fallback)
    .transform((text, context) => {
      const value = parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    });
}

function oneOf<const Choice extends string>(fallback: Choice, choices: readonly Choice[]) {
  return checked(fallback, choices.map((choice) => `"${choice}"`).join(' or '), (text) => choices.find((choice) => choice === text));
}

const port = checked('4000', 'a whole number from 0 to 65535', (text) =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined,
);

const claim = (fallback: string) =>
  checked(fallback, 'printable text of at most 255 characters', (text) => (/^[!-~]{1,255}$/.test(text) ? text : undefined));

const corsOrigins = checked('', 'origins like https://app.example.com, separated by commas', (text) => {
  const origins = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return origins.every(isOrigin) ? origins : undefined;
});

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}

const trustProxy = checked('off', '"off", "on", a number of proxies, or addresses separated by commas', (text) => {
  if (text === 'off' || text === 'on') return text === 'on';
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  const addresses = text.split(',').map((part) => part.trim());
  return addresses.every((address) => /^[0-9a-fA-F.:]+(\/\d{1,3})?$/.test(address)) ? addresses : undefined;
});

const databaseUrl = checked('', 'a SQLite file like file:./data/latchkey.db', (text) => {
  if (text === '') return text;
  return /^file:[^?#]+$/.test(text) ? text : undefined;
});

const schema = z.object({
  PORT: port,
  HOST: checked('127.0.0.1', 'an address or a host name', (text) => (/^[\w.:-]{1,255}$/.test(text) ? text : undefined)),
  DATABASE_URL: databaseUrl,
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
  REVOCATION_CHECK: oneOf<RevocationCheckMode>('memory', ['memory', 'database']),
  CLOCK_TOLERANCE: duration('5s', 0, 60),
  CORS_ORIGINS: corsOrigins,
  TRUST_PROXY: trustProxy,
  INTROSPECTION: oneOf('on', ['on', 'off']),
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
    ? lifetimeFaults(parsed.data)
    : parsed.error.issues.map((issue) => faultOf(String(issue.path[0]), given, issue.message));
  const secret = findSecret(given, faults);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return freeze(parsed.data, secret ?? makeSecret(parsed.data.DATA_DIR));
}

function faultOf(setting: string, given: Environment, expected: string): ConfigFault {
  const value = given[setting];
  const found =
    value === undefined ? 'nothing' : setting === 'DATABASE_URL' ? JSON.stringify(withoutPassword(value)) : JSON.stringify(value);
  return { setting, found, expected };
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//[masked]@');
}

function lifetimeFaults(settings: Settings): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (settings.ACCESS_TOKEN_TTL > settings.SESSION_IDLE_TTL) {
    faults.push({ setting: 'ACCESS_TOKEN_TTL', found: `${settings.ACCESS_TOKEN_TTL}s`, expected: 'at most SESSION_IDLE_TTL' });
  }
  if (settings.SESSION_IDLE_TTL > settings.REFRESH_TOKEN_TTL) {
    faults.push({ setting: 'SESSION_IDLE_TTL', found: `${settings.SESSION_IDLE_TTL}s`, expected: 'at most REFRESH_TOKEN_TTL' });
  }
  return faults;
}

function freeze(settings: Settings, secret: Buffer): Config {
  const dataDir = resolve(settings.DATA_DIR);
  return Object.freeze({
    port: settings.PORT,
    host: settings.HOST,
    databaseUrl: absoluteFileUrl(settings.DATABASE_URL || `file:${join(dataDir, 'latchkey.db')}`),
    dataDir,
    secret,
    issuer: settings.ISSUER,
    audience: settings.AUDIENCE,
    signingAlgorithm: settings.SIGNING_ALG,
    accessTokenTtlSeconds: settings.ACCESS_TOKEN_TTL,
    refreshTokenTtlSeconds: settings.REFRESH_TOKEN_TTL,
    sessionIdleTtlSeconds: settings.SESSION_IDLE_TTL,
    registration: settings.REGISTRATION,
    revocationCheck: settings.REVOCATION_CHECK,
    clockToleranceSeconds: settings.CLOCK_TOLERANCE,
    corsOrigins: settings.CORS_ORIGINS,
    trustProxy: settings.TRUST_PROXY,
    introspection: settings.INTROSPECTION === 'on',
    logLevel: settings.LOG_LEVEL,
  });
}

function absoluteFileUrl(url: string): string {
  const path = url.slice('file:'.length);
  return isAbsolute(path) ? `file:${path}` : `file:${resolve(path)}`;
}
