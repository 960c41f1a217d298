/** What a row of the settings is: a name, the type of its values, a default and a meaning; and what the row makes of them in `Config`. */

/** How a text becomes a value, and what the operator reads about it. */
export interface SettingType<Value> {
  /** The accepted values as docs/settings.md prints them, in Markdown. */
  readonly values: string;
  /** The same for a fault: "found …, expected …". */
  readonly expected: string;
  /** @returns undefined for a text that is wrong */
  readonly parse: (text: string) => Value | undefined;
  /** Whether a fault must not repeat the password in the text. */
  readonly hasPassword?: boolean;
}

/** The settings that defaults and values of others depend on, parsed. `secret` was given, in one of two ways, or made. */
export interface Others {
  readonly PORT: number;
  readonly DATABASE_URL: string | null;
  readonly DATA_DIR: string;
  readonly DOORBELL: boolean;
  readonly INTROSPECTION: boolean;
  readonly secret: Buffer;
}

/** A default that depends on other settings: how docs/settings.md prints it, and its value. */
export interface DependentDefault<Value> {
  readonly said: string;
  choose(others: Others, type: SettingType<Value>): Value;
}

/** A text that is parsed like a given one; null for none; or a default that depends on other settings. */
export type Default<Value> = string | null | DependentDefault<Value>;

/** One setting. `Given` is what the parser makes of its text, `Value` what `Config` gets. */
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

/** Rows by the property of `Config` that they fill. */
export type Properties = Readonly<Record<string, Setting | SettingGroup>>;

/** What rows make of `Config`. */
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

/** A row whose value in `Config` is not the one that was parsed. */
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

/** A default that is a text, and parsed like a given one. */
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

/** A default that is another one under a condition. */
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
