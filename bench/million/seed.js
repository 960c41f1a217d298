/** Fills a migrated database with users, sessions and audit events by SQL, as many as a large service has. */
import { join } from 'node:path';
import Sqlite from 'libsql';
import pg from 'pg';

const DAY_MS = 86_400_000;
const HASH = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** The two dialects: an instant that many milliseconds from now, and the numbers from 1 to a count. */
const SQLITE = {
  at: (expression) => `strftime('%Y-%m-%dT%H:%M:%f+00:00', ${Date.now() / 1000} + (${expression}) / 1000.0, 'unixepoch')`,
  numbers: (count) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`,
  id: (prefix) => `'${prefix}' || substr('000000000000000000000' || i, -21)`,
};
const POSTGRESQL = {
  at: (expression) => `to_timestamp(${Date.now() / 1000} + (${expression}) / 1000.0) AT TIME ZONE 'UTC'`,
  numbers: (count) => `WITH n(i) AS (SELECT generate_series(1, ${count}))`,
  id: (prefix) => `'${prefix}' || lpad(i::text, 21, '0')`,
};

function statementsOf({ at, numbers, id }, { users, sessions, events }) {
  const past = (count) => at(`-${DAY_MS} + i * ${(DAY_MS / count).toFixed(6)}`);
  return [
    `INSERT INTO "User" ("id", "email", "emailKey", "searchKey", "passwordHash", "credentialVersion", "createdAt")
     ${numbers(users)} SELECT ${id('U')}, 'user' || i || '@example.com', 'user' || i || '@example.com', 'user' || i || '@example.com',
       '${HASH}', 0, ${past(users)} FROM n`,
    `INSERT INTO "Session" ("id", "userId", "createdAt", "authenticatedAt", "lastUsedAt", "idleExpiresAt", "expiresAt", "refreshFamilyHash",
       "refreshTokenHash", "accessTokensExpireAt", "generation")
     ${numbers(sessions)} SELECT ${id('S')}, ${id('U')}, ${past(sessions)}, ${past(sessions)}, ${past(sessions)}, ${at(`${14 * DAY_MS} + i`)},
       ${at(`${30 * DAY_MS} + i`)}, 'f' || i, 'h' || i, ${at('900000')}, 1 FROM n`,
    `INSERT INTO "AuditEvent" ("id", "at", "kind", "userId", "sessionId", "actor")
     ${numbers(events)} SELECT ${id('E')}, ${past(events)}, 'session.refreshed', ${id('U')}, ${id('S')}, ${id('U')} FROM n`,
  ];
}

export function seedSqlite(dataDir, counts) {
  const file = new Sqlite(join(dataDir, 'latchkey.db'));
  for (const sql of statementsOf(SQLITE, counts)) file.exec(sql);
  file.close();
}

export async function seedPostgresql(url, counts) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const sql of statementsOf(POSTGRESQL, counts)) await client.query(sql);
  await client.query('ANALYZE');
  await client.end();
}
