/** The renewal of a verifier on SQLite: it reads after the request arrived, and then renews the verifier's row (R32, R33, R34). */
import type { Database } from '../../database/database.js';
import type { LeaseClock } from '../../lib/ambient.js';
import { LatchkeyError } from '../../lib/errors.js';
import { PAGE_ROWS, type Renewal, type RenewalReading, type RenewalStatements } from './renewal.js';
import { readForRenewal, renewRow } from './renewal-statements.js';

export class SqliteRenewals implements RenewalStatements {
  constructor(
    private readonly database: Database,
    private readonly clock: LeaseClock,
  ) {}

  async renew(renewal: Renewal): Promise<RenewalReading | null> {
    const { member, applied } = renewal;
    const [row] = await this.database.ask(readForRenewal(renewal));
    if (row === undefined) throw LatchkeyError.unavailable(new Error('The row of the blacklist state is missing'));
    const { credentialId, recordedMs, version, rows: text, keys, ...state } = row;
    if (credentialId === null) return null;
    const rows = JSON.parse(text) as readonly (readonly [string, string, number])[];
    const shown = rows.slice(0, PAGE_ROWS);
    const last = rows.length > PAGE_ROWS ? shown.at(-1) : undefined;
    const databaseNow = this.clock.now().wall;
    const mayRenew = member !== null && recordedMs !== null && last === undefined;
    const renewed = mayRenew ? await this.database.writeLazily(renewRow(member, applied, new Date(databaseNow))) : [];
    return {
      ...state,
      version: Number(version),
      credentialId,
      recordedMs,
      isStandby: false,
      isRenewed: renewed.length > 0,
      databaseNow,
      rows: shown.map(([id, until]) => [id, new Date(until).getTime()] as const),
      end: last === undefined ? null : { version: last[2], id: last[0] },
      keys: JSON.parse(keys) as readonly string[],
    };
  }
}
