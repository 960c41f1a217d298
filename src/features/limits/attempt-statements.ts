/** The hot statements on the counts of attempts. Each writes its rows in the order of their keys, so that two of them can't deadlock. */
import type { AttemptCount } from '../../database/generated/client.js';
import {
  type Columns,
  type Dialect,
  type Insert,
  insert,
  join,
  type Sql,
  type Statement,
  sql,
  statement,
} from '../../database/statement.js';

/** A key, the end of its window if that begins now, and how many attempts the window may have. */
export interface CountedKey {
  readonly key: string;
  readonly end: Date;
  readonly most: number;
}

const COUNT: Columns<AttemptCount> = { key: 'text', points: 'integer', expire: 'instant' };

/** The error of PostgreSQL for a text that is no number. `spendAll` causes it on purpose. */
export const SPENT = '22P02';

/** The open windows of some keys. */
export function readCounts(keys: readonly string[], now: Date): Statement<AttemptCount> {
  const text = sql`SELECT "key", "points", "expire" FROM "AttemptCount" WHERE "key" IN (${join([...keys])}) AND "expire" > ${now}`;
  return statement(COUNT, text);
}

/** Adds an attempt to one window, if it has one left. @returns no row if it has none */
export function spendOne({ key, end, most }: CountedKey, now: Date): Statement<AttemptCount> {
  const text = sql`
    INSERT INTO "AttemptCount" ("key", "points", "expire") VALUES (${key}, 1, ${end})
    ON CONFLICT ("key") DO UPDATE SET ${added(now)} WHERE NOT ${isOpen(now)} OR "AttemptCount"."points" < ${most}
    RETURNING "key", "points", "expire"`;
  return statement(COUNT, text);
}

/**
 * Adds an attempt to each of some windows, or to none if one of them has none left.
 *
 * SQLite has one writer, so it can look first; then the statement returns no rows. PostgreSQL would look before it waits for the rows that
 * others have locked. So there the statement fails with the code `SPENT`, at the row that has no attempt left.
 */
export function spendAll(keys: readonly CountedKey[], now: Date, dialect: Dialect): Statement<AttemptCount> {
  const sorted = inOrder(keys);
  const values = join(sorted.map(({ key, end }) => sql`(${key}, 1, ${end})`));
  const most = sql`CASE "AttemptCount"."key" ${join(
    sorted.map((each) => sql`WHEN ${each.key} THEN ${number(each.most, dialect)}`),
    ' ',
  )} END`;
  const isSpent = sql`${isOpen(now)} AND "AttemptCount"."points" >= ${most}`;
  const text =
    dialect === 'postgresql'
      ? sql`
        INSERT INTO "AttemptCount" ("key", "points", "expire") VALUES ${values}
        ON CONFLICT ("key") DO UPDATE SET ${added(now, sql`WHEN ${isSpent} THEN CAST('spent ' || "AttemptCount"."key" AS INTEGER)`)}
        RETURNING "key", "points", "expire"`
      : sql`
        INSERT INTO "AttemptCount" ("key", "points", "expire")
        SELECT * FROM (VALUES ${values}) WHERE NOT EXISTS (
          SELECT 1 FROM "AttemptCount" WHERE "key" IN (${join(sorted.map(({ key }) => key))}) AND ${isSpent}
        )
        ON CONFLICT ("key") DO UPDATE SET ${added(now)}
        RETURNING "key", "points", "expire"`;
  return statement(COUNT, text);
}

/**
 * Takes an attempt back from each of some windows, and opens the window of the key that was seen, if there is one. An attempt that began a
 * window takes the window back too: otherwise `retryAfter` would tell an attacker when the user has logged in.
 */
export function giveBack(spent: readonly Pick<CountedKey, 'key'>[], seen: Pick<CountedKey, 'key' | 'end'> | null, now: Date): Insert {
  const rows = inOrder([...spent.map(({ key }) => ({ key, end: now })), ...(seen === null ? [] : [seen])]);
  const values = join(rows.map(({ key, end }) => sql`(${key}, 0, ${end})`));
  return insert(
    rows.length,
    // For a key that is marked as seen only the end of its window matters; it has no points.
    sql`
    INSERT INTO "AttemptCount" ("key", "points", "expire") VALUES ${values}
    ON CONFLICT ("key") DO UPDATE SET
      "points" = CASE WHEN ${isOpen(now)} AND "AttemptCount"."points" > 0 THEN "AttemptCount"."points" - 1 ELSE 0 END,
      "expire" = CASE WHEN "AttemptCount"."points" > 1 THEN "AttemptCount"."expire" ELSE excluded."expire" END`,
  );
}

/** A window that has passed starts again. */
function added(now: Date, first: Sql = sql``): Sql {
  return sql`
    "points" = CASE ${first} WHEN ${isOpen(now)} THEN "AttemptCount"."points" + 1 ELSE 1 END,
    "expire" = CASE WHEN ${isOpen(now)} THEN "AttemptCount"."expire" ELSE excluded."expire" END`;
}

function isOpen(now: Date): Sql {
  return sql`("AttemptCount"."expire" > ${now})`;
}

/** PostgreSQL takes a value in a `CASE` for a text. */
function number(value: number, dialect: Dialect): Sql {
  return dialect === 'postgresql' ? sql`CAST(${value} AS INTEGER)` : sql`${value}`;
}

function inOrder<Key extends { readonly key: string }>(keys: readonly Key[]): Key[] {
  return [...keys].sort((a, b) => (a.key < b.key ? -1 : 1));
}
