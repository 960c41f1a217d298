/** A row of the settings: name, type of the values, default and meaning, and how the row fills `Config`. */

/** Parses a text into a value, and describes the accepted values to the operator. */
export interface SettingType<Value> {
  /** The accepted values as docs/settings.md prints them, in Markdown. */
  readonly values: string;
  /** The same for a fault: "found …, expected …". */
  readonly expected: string;
  /** @returns undefined for a text that is wrong */
  readonly parse: (text: string) => Value | undefined;
  /** Whether the text may hold a password, which a fault must mask. */
  readonly hasPassword?: boolean;
}

/** The parsed settings on which defaults and values of others depend. The operator gave `secret`, or the server created it. */
export interface Others {
  readonly PORT: number;
  readonly DATABASE_URL: string | null;
  readonly DATA_DIR: string;
  readonly DOORBELL: boolean;
  readonly INTROSPECTION: boolean;
  readonly AUDIENCE: string;
  readonly secret: Buffer;
}

/** A default that depends on other settings: how docs/settings.md prints it, and its value. */
export interface DependentDefault<Value> {
  readonly said: string;
  choose(others: Others, type: SettingType<Value>): Value;
}

/** A text, which is parsed like the operator's; null for no default; or a default that depends on other settings. */
export type Default<Value> = string | null | DependentDefault<Value>;

/** One setting. `Given` is the parsed text, `Value` the value in `Config`. */
export interface Setting<Name extends string = string, Given = unknown, Value = unknown> {
  readonly name: Name;
  readonly type: SettingType<unknown>;
  readonly fallback: Default<unknown>;
  readonly meaning: string;
  fill(given: Given, others: Others): Value;
}

/** Several settings that fill one property of `Config` together. */
export interface SettingGroup<Members extends Rows = Rows, Value = unknown> {
  readonly members: Members;
  join(values: ValuesOf<Members>, others: Others): Value;
}

type Rows = Readonly<Record<string, Setting>>;

/** The rows, keyed by the property of `Config` that they fill. */
export type Properties = Readonly<Record<string, Setting | SettingGroup>>;

/** The part of `Config` that the rows fill. */
export type ValuesOf<Rows> = { readonly [Property in keyof Rows]: ValueOf<Rows[Property]> };

type ValueOf<Row> = Row extends { join(...given: never): infer Value } | { fill(...given: never): infer Value } ? Value : never;

/** One row: name, type with its range, default, meaning. Without a default the value is null. */
export function setting<Name extends string, Value>(
  name: Name,
  type: SettingType<Value>,
  fallback: string,
  meaning: string,
): Setting<Name, Value, Value>;
export function setting<Name extends string, Value>(
  name: Name,
  type: SettingType<Value>,
  fallback: null,
  meaning: string,
): Setting<Name, Value | null, Value | null>;
export function setting<Name extends string, Value>(
  name: Name,
  type: SettingType<Value>,
  fallback: DependentDefault<NoInfer<Value>>,
  meaning: string,
): Setting<Name, Value | null, Value>;
export function setting(name: string, type: SettingType<unknown>, fallback: Default<unknown>, meaning: string): Setting {
  const otherwise = typeof fallback === 'object' ? fallback : null;
  return { name, type, fallback, meaning, fill: (given, others) => given ?? otherwise?.choose(others, type) ?? null };
}

/** A row whose parsed value is converted for `Config`. */
export function converted<Name extends string, Given, Value, Result>(
  row: Setting<Name, Given, Value>,
  convert: (value: Value, others: Others) => Result,
): Setting<Name, Given, Result> {
  return { ...row, fill: (given, others) => convert(row.fill(given, others), others) };
}

/** A property that several rows fill. */
export function group<Members extends Rows, Value>(
  members: Members,
  join: (values: ValuesOf<Members>, others: Others) => Value,
): SettingGroup<Members, Value> {
  return { members, join };
}

/** A default that names other settings, such as `http://localhost:<PORT>/account`. */
export function template(pattern: string, convert = (text: string) => text): DependentDefault<string> {
  return {
    said: `\`${pattern}\``,
    choose: (others) => convert(pattern.replace(/<(\w+)>/g, (_, name: keyof Others) => String(others[name]))),
  };
}

/** A default that is a text, and is parsed like the operator's. */
interface ParsedDefault {
  readonly said: string;
  choose<Value>(others: Others, type: SettingType<Value>): Value;
}

interface Cases {
  readonly usually: string;
  readonly instead: string;
  /** In Markdown, for "`a`, or `b` …". */
  readonly when: string;
  isSo(others: Others): boolean;
}

/** A default that has another value under a condition. */
export function either({ usually, instead, when, isSo }: Cases): ParsedDefault {
  return {
    said: `\`${usually}\`, or \`${instead}\` ${when}`,
    choose(others, type) {
      const text = isSo(others) ? instead : usually;
      const value = type.parse(text);
      if (value === undefined) throw new Error(`The default "${text}" is not ${type.expected}`);
      return value;
    },
  };
}
