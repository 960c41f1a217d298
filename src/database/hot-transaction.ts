/** One transaction of hot statements. */
import type { DirectTransaction } from './direct-driver.js';
import { DatabaseUnusable } from './failures.js';
import { assertKept, type Dialect, fromDriver, type Insert, join, raw, type Statement, sql, statement, toDriver } from './statement.js';

export class HotTransaction {
  #isLate = false;

  static on(driver: DirectTransaction, dialect: Dialect): HotTransaction {
    return new HotTransaction(driver, dialect);
  }

  private constructor(
    private readonly driver: DirectTransaction,
    readonly dialect: Dialect,
  ) {}

  /** From now on the transaction refuses every statement: it has taken too long. */
  refuse(): void {
    this.#isLate = true;
  }

  /** @throws DatabaseUnusable */
  assertInTime(): void {
    if (this.#isLate) throw new DatabaseUnusable('The transaction has taken too long');
  }

  async run<Row>(wanted: Statement<Row>): Promise<Row[]> {
    this.assertInTime();
    return fromDriver(wanted, await this.driver.queryRaw(toDriver(wanted, this.dialect)));
  }

  /**
   * Runs inserts that do not depend on each other: PostgreSQL takes them as one statement, and SQLite answers each in this process.
   *
   * @throws DatabaseUnusable if the database has swallowed a row, as a trigger or a rule of somebody else can
   */
  async insertTogether(inserts: readonly Insert[]): Promise<void> {
    if (this.dialect === 'postgresql') return this.#insertAtOnce(inserts);
    for (const each of inserts) assertKept(each, (await this.run(each)).length);
  }

  async #insertAtOnce(inserts: readonly Insert[]): Promise<void> {
    const named = inserts.map((each, index) => ({ name: raw(`"insert${index}"`), each }));
    const parts = named.map(({ name, each }) => sql`${name} AS (${each.sql})`);
    const counts = named.map(({ name }) => sql`(SELECT count(*) FROM ${name})`);
    const text = sql`WITH ${join(parts)} SELECT concat_ws(' ', ${join(counts)}) AS "counts"`;
    const [row] = await this.run(statement<{ counts: string }>({ counts: 'text' }, text));
    const kept = row?.counts.split(' ').map(Number) ?? [];
    for (const [index, each] of inserts.entries()) assertKept(each, kept[index] ?? 0);
  }
}
