/**
 * Hot statements: SQL that the server runs at every login, refresh or logout, by the driver alone. Prisma's model API would cost ten times
 * what the database costs (decision 0030). Each room keeps its statements in one file.
 */
import { DatabaseUnusable } from './failures.js';
import { Prisma } from './generated/client.js';

export type Dialect = 'sqlite' | 'postgresql';
export type Sql = Prisma.Sql;
export const { sql, join, raw } = Prisma;

type KindOf<Value> = Value extends string
  ? 'text'
  : Value extends boolean
    ? 'flag'
    : Value extends number
      ? 'integer'
      : Value extends bigint
        ? 'bigint'
        : Value extends Date
          ? 'instant'
          : never;

type Kind = KindOf<string | boolean | number | bigint | Date>;

/** One kind for each column of a row. With a row type of the generated client, the compiler notices a column that a migration adds. */
export type Columns<Row> = { readonly [Name in keyof Row]-?: KindOf<NonNullable<Row[Name]>> };

/** SQL with its values, and the kinds of the columns that it returns. */
export interface Statement<Row> {
  readonly sql: Sql;
  readonly columns: Columns<Row>;
}

/** What a driver answers: numbers, bigints or texts, as the database sends them. */
export interface Answer {
  readonly columnNames: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

export function statement<Row>(columns: Columns<Row>, text: Sql): Statement<Row> {
  return { sql: text, columns };
}

const INSERTED: Columns<{ inserted: number }> = { inserted: 'integer' };

/** An insert that returns one row for each row that the database has kept. */
export type Insert = Statement<{ inserted: number }> & { readonly count: number };

/** Inserts whole rows: every column has a value, so that the text of the statement depends on nothing but their number. */
export function insertInto<Row extends object>(table: string, columns: Columns<Row>, rows: readonly Row[]): Insert {
  const names = Object.keys(columns) as (keyof Row & string)[];
  const values = rows.map((row) => sql`(${join(names.map((name) => row[name]))})`);
  return insert(rows.length, sql`INSERT INTO ${raw(`"${table}"`)} (${namesOf(columns)}) VALUES ${join(values)}`);
}

/** @throws DatabaseUnusable if the database has swallowed a row, as a trigger or a rule of somebody else can */
export function assertKept({ count }: Insert, kept: number): void {
  if (kept !== count) throw new DatabaseUnusable(`The database has kept ${kept} of ${count} rows`);
}

/** @param text an `INSERT` without `RETURNING` */
export function insert(count: number, text: Sql): Insert {
  return { columns: INSERTED, sql: sql`${text} RETURNING 1 AS "inserted"`, count };
}

/** The columns, for a list of `SELECT` or `RETURNING`. */
export function namesOf(columns: Readonly<Record<string, Kind>>, alias?: string): Sql {
  const prefix = alias === undefined ? '' : `"${alias}".`;
  return raw(
    Object.keys(columns)
      .map((name) => `${prefix}"${name}"`)
      .join(', '),
  );
}

/** The text and the values as the driver takes them. Instants are stored as Prisma stores them. */
export function toDriver({ sql: built }: Pick<Statement<unknown>, 'sql'>, dialect: Dialect): { sql: string; args: unknown[] } {
  const encode = dialect === 'sqlite' ? encodeForSqlite : encodeForPostgresql;
  return { sql: dialect === 'sqlite' ? built.sql : built.text, args: built.values.map(encode) };
}

function encodeForSqlite(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().replace('Z', '+00:00');
  return typeof value === 'boolean' ? BigInt(value) : value;
}

function encodeForPostgresql(value: unknown): unknown {
  return value instanceof Date ? value.toISOString().replace('T', ' ').replace('Z', '') : value;
}

/** @throws Error if a column is missing: the statement and its columns disagree */
export function fromDriver<Row>({ columns }: Pick<Statement<Row>, 'columns'>, { columnNames, rows }: Answer): Row[] {
  if (rows.length === 0) return [];
  const readers = Object.entries<Kind>(columns).map(([name, kind]) => {
    const index = columnNames.indexOf(name);
    if (index === -1) throw new Error(`a statement does not return the column ${name}`);
    return { name, index, decode: DECODERS[kind] };
  });
  return rows.map((cells) => {
    const row: Record<string, unknown> = {};
    for (const { name, index, decode } of readers) {
      const cell = cells[index];
      row[name] = cell === null || cell === undefined ? null : decode(cell);
    }
    return row as Row;
  });
}

const DECODERS: Readonly<Record<Kind, (cell: unknown) => unknown>> = {
  text: String,
  integer: Number,
  bigint: (cell) => BigInt(cell as string),
  flag: (cell) => cell === true || cell === 't' || cell === 1n || cell === 1,
  instant: (cell) => (cell instanceof Date ? cell : toInstant(String(cell))),
};

/** PostgreSQL writes a blank between date and time, and no zone: the columns are in UTC. SQLite holds the text of ISO 8601. */
export function toInstant(text: string): Date {
  return new Date(text.includes('T') ? text : `${text.replace(' ', 'T')}Z`);
}
