/** Writes up to millions of live revocations into the SQLite file of a stopped server. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import Sqlite from 'libsql';

/** Each row expires between these two times. */
const FIRST_UNTIL_MS = 86_400_000;
const LAST_UNTIL_MS = FIRST_UNTIL_MS + 900_000;

/** Writes the rows that logouts would write, with one version each. */
export function fillBlacklist(dataDir, howMany) {
  if (howMany === 0) return;
  const file = new Sqlite(join(dataDir, 'latchkey.db'));
  const insert = file.prepare(
    `INSERT INTO BlacklistedToken (id, kind, reason, revokedAt, revokedUntil, version) VALUES (?, 'sid', 'LOGOUT', ?, ?, ?)`,
  );
  const now = Date.now();
  const format = (instant) => new Date(instant).toISOString().replace('Z', '+00:00');
  file.exec('BEGIN');
  for (let version = 1; version <= howMany; version += 1) {
    const until = now + FIRST_UNTIL_MS + (version / howMany) * (LAST_UNTIL_MS - FIRST_UNTIL_MS);
    insert.run(randomBytes(16).toString('base64url'), format(now), format(until), version);
  }
  file.prepare('UPDATE RevocationState SET version = ?').run(howMany);
  file.exec('COMMIT');
  file.close();
}
