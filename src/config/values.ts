/** Types of settings that are not addresses: durations, numbers, choices, names. */
import type { SettingType } from './setting.js';

const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
const MS_PER_UNIT = { ms: 1, s: 1_000, m: 60_000 } as const;

/** Whole seconds. The range is written like the values: `duration('30s', '24h')`. */
export function duration(from: string, to: string): SettingType<number> {
  const [min, max] = [secondsOf(from), secondsOf(to)];
  return {
    values: `${from} to ${to}`,
    expected: `a duration like 90s, 15m, 12h or 30d, from ${min}s to ${max}s`,
    parse: (text) => between(secondsOf(text), min, max),
  };
}

function secondsOf(text: string): number {
  const match = /^(\d{1,9})(s|m|h|d)$/.exec(text);
  return match ? Number(match[1]) * SECONDS_PER_UNIT[match[2] as 's'] : Number.NaN;
}

/** Whole milliseconds, for settings that may be shorter than a second. */
export function milliseconds(from: string, to: string): SettingType<number> {
  const [min, max] = [msOf(from), msOf(to)];
  return {
    values: `${from} to ${to}`,
    expected: `a duration like 300ms or 2s, from ${min}ms to ${max}ms`,
    parse: (text) => between(msOf(text), min, max),
  };
}

function msOf(text: string): number {
  const match = /^(\d{1,9})(ms|s|m)$/.exec(text);
  return match ? Number(match[1]) * MS_PER_UNIT[match[2] as 'ms'] : Number.NaN;
}

export function wholeNumber(from: number, to: number): SettingType<number> {
  return {
    values: `${from} to ${to}`,
    expected: `a whole number from ${from} to ${to}`,
    parse: (text) => between(/^\d{1,9}$/.test(text) ? Number(text) : Number.NaN, from, to),
  };
}

/** The default of a row may not be null, so no port is a word. */
export const portOrOff: SettingType<number | 'off'> = {
  values: '0 to 65535, or `off`',
  expected: 'a whole number from 0 to 65535, or "off"',
  parse: (text) => (text === 'off' ? text : wholeNumber(0, 65_535).parse(text)),
};

function between(value: number, min: number, max: number): number | undefined {
  return value >= min && value <= max ? value : undefined;
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): SettingType<Choice> {
  const codes = choices.map((choice) => `\`${choice}\``);
  return {
    values: `${codes.slice(0, -1).join(', ')} or ${codes.at(-1)}`,
    expected: choices.map((choice) => `"${choice}"`).join(' or '),
    parse: (text) => choices.find((choice) => choice === text),
  };
}

/** Like `oneOf`, but a fault also offers the empty text, with which Latchkey chooses. */
export function oneOfOrEmpty<const Choice extends string>(...choices: readonly Choice[]): SettingType<Choice> {
  const type = oneOf(...choices);
  return { ...type, expected: `"" or ${type.expected}` };
}

/** @param first the word that a fault names first */
export function onOff(first: 'on' | 'off'): SettingType<boolean> {
  const type = oneOf(first, first === 'on' ? 'off' : 'on');
  return { ...type, values: '`on` or `off`', parse: (text) => (text === 'on' || text === 'off' ? text === 'on' : undefined) };
}

/** Accepts any text, because secret.ts checks it. */
export function bytes(values: string): SettingType<Buffer> {
  return { values, expected: values, parse: (text) => Buffer.from(text) };
}

/** Accepts any text. The code that uses the value checks it. */
export function anyText(values: string): SettingType<string> {
  return { values, expected: values, parse: (text) => text };
}

export const claim: SettingType<string> = {
  values: 'at most 255 printable characters, without spaces',
  expected: 'printable text of at most 255 characters',
  parse: (text) => (/^[!-~]{1,255}$/.test(text) ? text : undefined),
};

/** So many that a token with 20 roles still fits into the 4,096 characters that a token may have. */
const MAX_AUDIENCES = 10;
const MAX_AUDIENCES_CHARACTERS = 500;

/** A list of claims. The same name twice counts once. */
export const audiences: SettingType<readonly string[]> = {
  values: `a list with commas, of at most ${MAX_AUDIENCES} names and ${MAX_AUDIENCES_CHARACTERS} characters`,
  expected: `at most ${MAX_AUDIENCES} audiences of printable characters, without spaces, separated by commas, and ${MAX_AUDIENCES_CHARACTERS} characters in all`,
  parse: (text) => {
    const names = [...new Set(text.split(',').map((name) => name.trim()))];
    const isRight = text.length <= MAX_AUDIENCES_CHARACTERS && names.length <= MAX_AUDIENCES;
    return isRight && names.every((name) => claim.parse(name) !== undefined) ? names : undefined;
  },
};

export const folder: SettingType<string> = {
  values: 'a folder',
  expected: 'a folder',
  parse: (text) => (text.includes('\0') || text === '' ? undefined : text),
};

export const keyPrefix: SettingType<string> = {
  values: 'at most 100 letters, digits and `:._-{}`',
  expected: 'at most 100 letters, digits and ":._-{}"',
  parse: (text) => (/^[\w:.{}-]{1,100}$/.test(text) ? text : undefined),
};
