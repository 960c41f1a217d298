/** Derives two things from the rows of the settings: the parser of an environment, and the values of `Config`. */
import { z } from 'zod';
import type { Others, Properties, Setting, ValuesOf } from './setting.js';

/** The parsed settings, by name. */
export type Parsed<Rows> = {
  readonly [Row in Single<Rows[keyof Rows]> as Row extends { readonly name: infer Name extends string } ? Name : never]: GivenOf<Row>;
};

type Single<Row> = Row extends { readonly members: infer Members } ? Members[keyof Members] : Row;
type GivenOf<Row> = Row extends { fill(given: infer Given, others: Others): unknown } ? Given : never;

/** The parser of an environment, which must have no empty values. Each issue says which values its setting accepts. */
export function parserOf<Rows extends Properties>(rows: Rows): z.ZodType<Parsed<Rows>> {
  const shape = Object.fromEntries(settingsOf(rows).map((setting) => [setting.name, schemaOf(setting)]));
  return z.object(shape) as unknown as z.ZodType<Parsed<Rows>>;
}

export function settingsOf(rows: Properties): Setting[] {
  return Object.values(rows).flatMap((row) => ('members' in row ? Object.values(row.members) : [row]));
}

function schemaOf({ type, fallback }: Setting) {
  return z
    .string()
    .optional()
    .transform((given, context) => {
      const text = given ?? (typeof fallback === 'string' ? fallback : null);
      if (text === null) return null;
      const value = type.parse(text);
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: type.expected });
      return z.NEVER;
    });
}

/** The values of `Config`. The settings must have been parsed with `parserOf` the same rows. */
export function fillFrom<Rows extends Properties>(rows: Rows, parsed: Parsed<Rows> & Others): ValuesOf<Rows> {
  const given = parsed as Readonly<Record<string, unknown>>;
  const fill = (row: Properties[string]): unknown => {
    if ('members' in row) return row.join(valuesFrom(row.members), parsed);
    return row.fill(given[row.name], parsed);
  };
  const valuesFrom = (from: Properties) => Object.fromEntries(Object.entries(from).map(([property, row]) => [property, fill(row)]));
  return valuesFrom(rows) as ValuesOf<Rows>;
}
