/** The hot statements on what access tokens are issued under: the signing key and the state of the revocation log. */
import type { SigningAlgorithm } from '../../config/config.js';
import type { AccessToken as AccessTokenRow } from '../../database/generated/client.js';
import { type Columns, type Insert, insertInto, type Sql, type Statement, sql, statement, toInstant } from '../../database/statement.js';

/** What a new access token must agree with, as the database has it now. */
export interface Issuance {
  /** The keys that may sign, as `readSigners` reads them. */
  readonly signers: string | null;
  readonly generation: number;
  /** Sessions that began in an older generation have ended (R17). */
  readonly sessionsSince: number;
}

export const ISSUANCE: Columns<Issuance> = { signers: 'text', generation: 'integer', sessionsSince: 'integer' };

const ACCESS_TOKEN: Columns<AccessTokenRow> = { jti: 'text', sessionId: 'text', expiresAt: 'instant' };

/**
 * The columns of `ISSUANCE`, for a list of `SELECT` or `RETURNING`.
 *
 * One statement may read both: an operation that revokes a key or ends all sessions locks the table of the keys first, and PostgreSQL locks
 * the tables of a statement before it takes the snapshot that the statement reads (R11, R17).
 */
export function issuance(algorithm: SigningAlgorithm): Sql {
  return sql`
    (SELECT STRING_AGG("kid" || ' ' || CAST("activeAt" AS TEXT), ',') FROM "SigningKey" WHERE "alg" = ${algorithm} AND "retiredAt" IS NULL) AS "signers",
    (SELECT "generation" FROM "RevocationState" WHERE "id" = 1) AS "generation",
    (SELECT "sessionsSince" FROM "RevocationState" WHERE "id" = 1) AS "sessionsSince"`;
}

export function readIssuance(algorithm: SigningAlgorithm): Statement<Issuance> {
  return statement(ISSUANCE, sql`SELECT ${issuance(algorithm)}`);
}

export function insertAccessToken(row: AccessTokenRow): Insert {
  return insertInto('AccessToken', ACCESS_TOKEN, [row]);
}

/** A key that may sign, now or later. */
export interface Signer {
  readonly kid: string;
  readonly activeAt: Date;
}

export function readSigners(signers: string | null): Signer[] {
  return (signers?.split(',') ?? []).map((text) => {
    const at = text.indexOf(' ');
    return { kid: text.slice(0, at), activeAt: toInstant(text.slice(at + 1)) };
  });
}
