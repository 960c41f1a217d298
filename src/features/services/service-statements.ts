/** The hot statement on service credentials: every request of another service looks its credential up. */
import type { ServiceCredential } from '../../database/generated/client.js';
import { type Columns, namesOf, type Statement, sql, statement } from '../../database/statement.js';

const SERVICE_CREDENTIAL: Columns<ServiceCredential> = {
  id: 'text',
  name: 'text',
  audience: 'text',
  hash: 'text',
  createdAt: 'instant',
  revokedAt: 'instant',
};

export function findLiveCredential(hash: string): Statement<ServiceCredential> {
  return statement(
    SERVICE_CREDENTIAL,
    sql`SELECT ${namesOf(SERVICE_CREDENTIAL)} FROM "ServiceCredential" WHERE "hash" = ${hash} AND "revokedAt" IS NULL`,
  );
}
