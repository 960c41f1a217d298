/** What the table says of the mirror, and the rows to fill it with. */
import type { Database } from '../../database/database.js';
import { type BlacklistRow, type LogState, type RevocationState, readPage, readState, rowsSince } from '../blacklist.js';

/** Rows per read, and so per write to Redis: short enough for others to come in between. */
const PAGE = 2_000;

export class MirrorTable {
  constructor(private readonly database: Database) {}

  readState(): Promise<RevocationState> {
    return this.database.transaction(readState);
  }

  /** Says whether every node's revocations wait for the mirror from now on. */
  async setWaiting(waitsForMirror: boolean): Promise<void> {
    await this.database.transaction((transaction) =>
      transaction.revocationState.updateMany({ where: { waitsForMirror: !waitsForMirror }, data: { waitsForMirror } }),
    );
  }

  /**
   * Says which filling is trusted, and on which server, if nobody has said so since `state` was read.
   *
   * @returns false if somebody has
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
   * The rows after a version, in parts. What is committed before the last part is read is among them.
   *
   * @returns the state that they lead to
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
