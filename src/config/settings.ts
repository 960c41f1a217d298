/** The settings: one row each, with name, type and range, default and meaning. Parser, `Config` and docs/settings.md derive from these rows. */
import { resolve } from 'node:path';
import type { LogLevel } from '../lib/log.js';
import {
  absoluteUrl,
  baseUrl,
  databaseUrl,
  host,
  mailbox,
  origins,
  pagesUrl,
  proxies,
  redisUrl,
  resolvedFileUrl,
  smtpUrl,
} from './addresses.js';
import { isPostgresql } from './config-faults.js';
import { converted, either, group, type Properties, setting, template } from './setting.js';
import {
  anyText,
  audiences,
  bytes,
  claim,
  duration,
  folder,
  keyPrefix,
  milliseconds,
  oneOf,
  oneOfOrEmpty,
  onOff,
  portOrOff,
  wholeNumber,
} from './values.js';

/** The rows by subject. docs/settings.md shows them, and faults are reported, in this order. */
export const SUBJECTS = {
  Address: {
    port: setting('PORT', wholeNumber(0, 65_535), '4000', 'TCP port. `0` picks any free one.'),
    host: setting('HOST', host, '127.0.0.1', 'Address to listen on. `0.0.0.0` listens on all of them.'),
    metricsPort: setting(
      'METRICS_PORT',
      portOrOff,
      either({ usually: '9464', instead: '0', when: 'with `PORT=0`', isSo: ({ PORT }) => PORT === 0 }),
      'TCP port of `/metrics`, which the public port does not serve.',
    ),
    metricsHost: setting('METRICS_HOST', host, '127.0.0.1', 'Address of `/metrics`. Only the monitoring should reach it.'),
  },
  'Data and secret': {
    databaseUrl: converted(
      setting('DATABASE_URL', databaseUrl, template('file:<DATA_DIR>/latchkey.db', resolvedFileUrl), 'SQLite file or PostgreSQL database.'),
      absoluteUrl,
    ),
    /** How many connections this node may have to PostgreSQL. */
    databasePoolSize: setting(
      'DATABASE_POOL_SIZE',
      wholeNumber(2, 1_000),
      '10',
      'Connections of this node to PostgreSQL, beside 6 for leases, doorbells and verifiers.',
    ),
    /** Null means that there is no mirror. */
    redisUrl: setting('REDIS_URL', redisUrl, null, 'Redis server that mirrors the blacklist. Required with `REVOCATION_CHECK=redis`.'),
    redisPrefix: setting('REDIS_PREFIX', keyPrefix, 'latchkey:', 'Key prefix in Redis. Use a different one per database.'),
    dataDir: converted(
      setting(
        'DATA_DIR',
        folder,
        './data',
        'Folder of the secret, the lock, the control socket and, by default, the SQLite file and the mails.',
      ),
      (path) => resolve(path),
    ),
    secret: group(
      {
        text: setting(
          'LATCHKEY_SECRET',
          bytes('at least 32 random bytes'),
          { said: 'made once in `DATA_DIR/secret`', choose: ({ secret }) => secret },
          'Encrypts the signing keys and the mails that wait. Required with PostgreSQL, and the same on every node.',
        ),
        file: setting('LATCHKEY_SECRET_FILE', anyText('a file'), null, 'File that holds the secret. Set it instead of `LATCHKEY_SECRET`.'),
      },
      (_given, { secret }) => secret,
    ),
  },
  'Tokens, sessions and users': {
    issuer: setting('ISSUER', claim, 'latchkey', 'Claim `iss` of the access tokens.'),
    audience: setting('AUDIENCE', claim, 'latchkey', 'This server, in the claim `aud` of the access tokens.'),
    /** With this server as the first. */
    accessTokenAudiences: converted(
      setting(
        'ACCESS_TOKEN_AUDIENCES',
        audiences,
        { said: '`AUDIENCE` alone', choose: ({ AUDIENCE }) => [AUDIENCE] },
        'The services that access tokens name in `aud` beside `AUDIENCE`. Each accepts only tokens that name it.',
      ),
      (names, { AUDIENCE }): readonly string[] => [AUDIENCE, ...names.filter((name) => name !== AUDIENCE)],
    ),
    signingAlgorithm: setting('SIGNING_ALG', oneOf('ES256', 'RS256'), 'ES256', 'Algorithm that signs the access tokens.'),
    accessTokenTtlSeconds: setting(
      'ACCESS_TOKEN_TTL',
      duration('10s', '24h'),
      '15m',
      'Life of an access token, at most `SESSION_IDLE_TTL`.',
    ),
    refreshTokenTtlSeconds: setting(
      'REFRESH_TOKEN_TTL',
      duration('60s', '400d'),
      '30d',
      'Life of a session in all, however often it is refreshed.',
    ),
    sessionIdleTtlSeconds: setting(
      'SESSION_IDLE_TTL',
      duration('60s', '400d'),
      '14d',
      'Life of a session that no client refreshes, at most `REFRESH_TOKEN_TTL`.',
    ),
    registration: setting(
      'REGISTRATION',
      oneOf('open', 'closed'),
      'open',
      'Whether people can register. The operator can always create users.',
    ),
    reauthenticationTtlSeconds: setting(
      'REAUTHENTICATION_TTL',
      duration('30s', '24h'),
      '10m',
      'How long after entering the password a user can take destructive actions without entering it again.',
    ),
  },
  Mail: {
    /** Without a slash at the end. */
    appUrl: setting(
      'APP_URL',
      pagesUrl('https://app.example.com/login'),
      template('http://localhost:<PORT>/account'),
      'Pages that links in mails lead to, such as `<APP_URL>/reset-password`: the console or your own. Pages of their origin may use the cookie, WebSockets and event streams. Required with `SMTP_URL`.',
    ),
    /** Null means that the server writes mails into files. */
    smtpUrl: setting('SMTP_URL', smtpUrl, null, 'Mail server. Without one, Latchkey writes mails into files in `DATA_DIR/mail`.'),
    mailFrom: setting('MAIL_FROM', mailbox, 'Latchkey <latchkey@localhost>', 'Sender of the mails. Required with `SMTP_URL`.'),
  },
  'Guessing and weak passwords': {
    /** Wrong passwords for one user from one address, in 15 minutes. */
    loginAttempts: setting(
      'LOGIN_ATTEMPTS',
      wholeNumber(1, 1_000_000),
      '10',
      'Wrong passwords for one user from one address, in 15 minutes. Latchkey refuses more.',
    ),
    /** Failures of any kind from one address, in 15 minutes. */
    addressAttempts: setting(
      'ADDRESS_ATTEMPTS',
      wholeNumber(1, 1_000_000),
      '100',
      'Wrong passwords, tokens and codes from one address, for all users together, in 15 minutes. Latchkey refuses more.',
    ),
    pwnedPasswords: group(
      {
        isOn: setting(
          'PWNED_PASSWORDS',
          onOff('off'),
          'off',
          '`on` asks Have I Been Pwned about new passwords. It sends only the first 5 digits of their hash.',
        ),
        /** Without a slash at the end. */
        url: setting(
          'PWNED_PASSWORDS_URL',
          baseUrl('https://api.pwnedpasswords.com'),
          'https://api.pwnedpasswords.com',
          'Server to ask: Have I Been Pwned, or another with the same protocol.',
        ),
        whenDown: setting(
          'PWNED_PASSWORDS_DOWN',
          oneOf('allow', 'refuse'),
          'allow',
          'Whether Latchkey allows or refuses new passwords while that server does not answer.',
        ),
      },
      (values) => values,
    ),
  },
  Audit: {
    auditRetentionSeconds: setting('AUDIT_RETENTION', duration('1d', '3650d'), '365d', 'How long Latchkey keeps audit events.'),
  },
  Revocation: {
    revocationCheck: setting(
      'REVOCATION_CHECK',
      oneOfOrEmpty('memory', 'lease', 'database', 'redis'),
      either({ usually: 'memory', instead: 'lease', when: 'with PostgreSQL', isSo: isPostgresql }),
      'Where a node looks up revocations. `memory` works with SQLite only, `lease` with PostgreSQL only.',
    ),
    /** T: how long a node may answer from memory without asking the database. */
    leaseMs: setting(
      'LEASE',
      milliseconds('100ms', '60s'),
      either({ usually: '2s', instead: '300ms', when: 'with `DOORBELL=off`', isSo: ({ DOORBELL }) => !DOORBELL }),
      'How long a node answers from memory without asking PostgreSQL. A logout waits about this long for a dead node.',
    ),
    /** Whether nodes tell each other about revocations with LISTEN and NOTIFY. */
    doorbell: setting(
      'DOORBELL',
      onOff('on'),
      'on',
      'Whether nodes announce revocations with LISTEN and NOTIFY. Set `off` where LISTEN does not work, such as behind PgBouncer in transaction mode.',
    ),
    maxVerifiers: setting(
      'MAX_VERIFIERS',
      wholeNumber(0, 1_000),
      '32',
      'How many other services may follow the feed so strictly that logouts wait for them. At most 8 for each service credential.',
    ),
    clockToleranceSeconds: setting('CLOCK_TOLERANCE', duration('0s', '60s'), '5s', 'How far two clocks may differ for `exp` and `iat`.'),
  },
  'Browsers and proxies': {
    corsOrigins: setting('CORS_ORIGINS', origins, '', 'Origins of browser front ends that may call the server.'),
    trustProxy: setting(
      'TRUST_PROXY',
      proxies,
      'off',
      'Proxies whose `X-Forwarded-*` or `Forwarded` the server believes. `on` believes any.',
    ),
  },
  'Other services': {
    federation: setting('FEDERATION', onOff('off'), 'off', '`on` makes the server a subgraph of Apollo Federation 2.'),
  },
  Pages: {
    introspection: setting('INTROSPECTION', onOff('on'), 'on', '`off` hides the schema, the suggestions in errors, and the explorer.'),
    /** The explorer page at /graphql. It is `off` without introspection, because it could show nothing then. */
    explorer: converted(
      setting(
        'EXPLORER',
        oneOf('sandbox', 'graphiql', 'off'),
        'graphiql',
        'Page that a browser gets at `/graphql`: GraphiQL, which works offline, or Apollo Sandbox. Needs `INTROSPECTION=on`.',
      ),
      (choice, { INTROSPECTION }) => (INTROSPECTION ? choice : 'off'),
    ),
    /** Whether the server serves the pages under /account. */
    console: setting('CONSOLE', onOff('on'), 'on', '`on` serves the pages under `/account`, where users see and end their sessions.'),
  },
  Log: {
    logLevel: setting(
      'LOG_LEVEL',
      oneOf<LogLevel>('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
      'info',
      'The least severe entries that Latchkey logs. `silent` logs nothing.',
    ),
  },
} satisfies Readonly<Record<string, Properties>>;

type Merged<Subject> = (Subject extends unknown ? (subject: Subject) => void : never) extends (all: infer All) => void ? All : never;

/** Every row, keyed by the property of `Config` that it fills. */
export type Rows = Merged<(typeof SUBJECTS)[keyof typeof SUBJECTS]>;

export const ROWS = Object.assign({}, ...Object.values(SUBJECTS)) as Rows;
