/** Reads and writes the state of the mirror in the database, and reads the rows that fill it. */
import type { Database } from '../../database/database.js';
import { type BlacklistRow, type LogState, type RevocationState, readPage, readState, rowsSince } from '../blacklist.js';

/** Rows per read: small enough that other statements do not wait long. */
const PAGE = 2_000;

export class MirrorTable {
  constructor(private readonly database: Database) {}

  readState(): Promise<RevocationState> {
    return this.database.transaction(readState);
  }

  /** Sets whether the revocations of every node wait for the mirror from now on. */
  async setWaiting(waitsForMirror: boolean): Promise<void> {
    await this.database.transaction((transaction) =>
      transaction.revocationState.updateMany({ where: { waitsForMirror: !waitsForMirror }, data: { waitsForMirror } }),
    );
  }

  /**
   * Records which filling is trusted and on which server, unless another node has changed that since `state` was read.
   *
   * @returns false if another node has changed it
   */
  async trust(mirrorId: string, mirrorRunId: string, state: RevocationState): Promise<boolean> {
    const where = { mirrorId: state.mirrorId, mirrorRunId: state.mirrorRunId };
    const { count } = await this.database.transaction((transaction) =>
      transaction.revocationState.updateMany({ where, data: { mirrorId, mirrorRunId } }),
    );
    return count === 1;
  }

  async distrust(): Promise<void> {
    await this.database.transaction((transaction) =>
      transaction.revocationState.updateMany({ data: { mirrorId: null, mirrorRunId: null } }),
    );
  }

  /**
   * Passes on the rows after a version, in pages. They include every row that is committed before the last page is read.
   *
   * @returns the state after these rows
   */
  async each(version: number, take: (rows: readonly BlacklistRow[]) => Promise<void>): Promise<LogState> {
    let since = version;
    for (let page = await this.#page(since); page !== null; page = await this.#page(since)) {
      await take(page.rows);
      since = page.lastVersion;
    }
    const { state, rows } = await this.database.transaction(async (transaction) => ({
      state: await readState(transaction),
      rows: await rowsSince(transaction, since),
    }));
    await take(rows);
    return state;
  }

  #page(since: number) {
    return this.database.read((client) => readPage(client, since, PAGE));
  }
}
