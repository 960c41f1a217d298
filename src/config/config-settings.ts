/** The settings with their meaning, as the documentation lists them. */

/** A setting, for the contract test and the documentation. */
export interface Setting {
  readonly name: string;
  readonly fallback: string;
  readonly meaning: string;
}

export const SETTINGS: readonly Setting[] = [
  { name: 'PORT', fallback: '4000', meaning: 'TCP port, 0 to 65535 (0: any free one)' },
  { name: 'HOST', fallback: '127.0.0.1', meaning: 'address to listen on; `0.0.0.0` for all' },
  {
    name: 'DATABASE_URL',
    fallback: 'file:<DATA_DIR>/latchkey.db',
    meaning: 'SQLite file, `file:` and a path; or `postgresql://user:password@host:5432/database?sslmode=verify-full`',
  },
  {
    name: 'DATABASE_POOL_SIZE',
    fallback: '10',
    meaning: 'connections of this node to PostgreSQL, 2 to 1000, beside 4 for leases and doorbells',
  },
  { name: 'REDIS_URL', fallback: 'none', meaning: '`redis://user:password@host:6379` or `rediss://…`: the blacklist is mirrored there' },
  { name: 'REDIS_PREFIX', fallback: 'latchkey:', meaning: 'begin of the keys in Redis; each database its own' },
  { name: 'DATA_DIR', fallback: './data', meaning: 'where the secret, the database, the lock and the control socket are kept' },
  {
    name: 'LATCHKEY_SECRET',
    fallback: 'made once in DATA_DIR/secret',
    meaning:
      'at least 32 random bytes; encrypts the signing keys and the mails that wait; required with PostgreSQL, the same on every node',
  },
  { name: 'LATCHKEY_SECRET_FILE', fallback: 'none', meaning: 'file to read the secret from, instead of LATCHKEY_SECRET' },
  { name: 'ISSUER', fallback: 'latchkey', meaning: 'claim `iss` of the access tokens' },
  { name: 'AUDIENCE', fallback: 'latchkey', meaning: 'claim `aud` of the access tokens' },
  { name: 'SIGNING_ALG', fallback: 'ES256', meaning: '`ES256` or `RS256`' },
  { name: 'ACCESS_TOKEN_TTL', fallback: '15m', meaning: 'life of an access token, 10s to 24h' },
  { name: 'REFRESH_TOKEN_TTL', fallback: '30d', meaning: 'life of a session in all, at most 400d' },
  { name: 'SESSION_IDLE_TTL', fallback: '14d', meaning: 'life of a session that nobody refreshes' },
  { name: 'REGISTRATION', fallback: 'open', meaning: '`open` or `closed`' },
  {
    name: 'REAUTHENTICATION_TTL',
    fallback: '10m',
    meaning: 'how long ago the password may have been shown for a destructive action, 30s to 24h',
  },
  {
    name: 'APP_URL',
    fallback: 'http://localhost:<PORT>/account',
    meaning: 'the pages that links in mails lead to, such as `<APP_URL>/reset-password`: the console, or your own; required with SMTP_URL',
  },
  {
    name: 'SMTP_URL',
    fallback: 'none',
    meaning: '`smtp://user:password@host:587` or `smtps://…`; without it mails are written to DATA_DIR/mail',
  },
  { name: 'MAIL_FROM', fallback: 'none', meaning: 'sender of the mails; required with SMTP_URL' },
  { name: 'LOGIN_ATTEMPTS', fallback: '10', meaning: 'wrong passwords for one user from one address, in 15 minutes' },
  {
    name: 'ADDRESS_ATTEMPTS',
    fallback: '100',
    meaning: 'wrong passwords, tokens and codes from one address, for all users, in 15 minutes',
  },
  {
    name: 'PWNED_PASSWORDS',
    fallback: 'off',
    meaning: '`on` asks Have I Been Pwned about new passwords, by the first 5 digits of their hash',
  },
  { name: 'PWNED_PASSWORDS_URL', fallback: 'https://api.pwnedpasswords.com', meaning: 'a server of the same protocol' },
  { name: 'PWNED_PASSWORDS_DOWN', fallback: 'allow', meaning: '`allow` or `refuse` new passwords while that server does not answer' },
  { name: 'AUDIT_RETENTION', fallback: '365d', meaning: 'how long audit events are kept, 1d to 3650d' },
  {
    name: 'REVOCATION_CHECK',
    fallback: 'memory, with PostgreSQL lease',
    meaning: '`memory` (SQLite only), `lease` (PostgreSQL only), `database` or `redis`',
  },
  {
    name: 'LEASE',
    fallback: '2s, without doorbell 300ms',
    meaning: 'how long a node answers from memory without asking PostgreSQL, and a logout waits for a node that is dead, 100ms to 60s',
  },
  {
    name: 'DOORBELL',
    fallback: 'on',
    meaning: '`on` or `off`; off where LISTEN does not work, such as behind PgBouncer in transaction mode',
  },
  { name: 'CLOCK_TOLERANCE', fallback: '5s', meaning: 'how far two clocks may differ for `exp` and `iat`, at most 60s' },
  { name: 'CORS_ORIGINS', fallback: 'none', meaning: 'origins of browser front ends, separated by commas' },
  { name: 'TRUST_PROXY', fallback: 'off', meaning: '`off`, `on`, the number of proxies, or their addresses separated by commas' },
  { name: 'INTROSPECTION', fallback: 'on', meaning: '`on` or `off`; off also hides suggestions and the explorer' },
  {
    name: 'EXPLORER',
    fallback: 'sandbox',
    meaning: '`sandbox`, `graphiql` (for use offline) or `off`: the page that a browser gets at `/graphql`; needs INTROSPECTION',
  },
  { name: 'CONSOLE', fallback: 'on', meaning: '`on` or `off`: the pages under `/account`, where users see and end their sessions' },
  { name: 'LOG_LEVEL', fallback: 'info', meaning: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`' },
];
