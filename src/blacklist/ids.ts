/** Turns ids of the application into the ids that the blacklist stores. */
import { hash } from 'node:crypto';
import { BlacklistMisuse } from './errors.js';

/** An id of the application: any text. A number means the same as its decimal text. */
export type Id = string | number | bigint;

export type IdKind = 'jti' | 'sid' | 'user';

/** Longer ids are refused, so that a check has a bounded cost. */
const MOST_BYTES = 1_024;
/** As many bits as our own ids, so that a million of them fit into the packed table (decision 0008). */
const STORED_BYTES = 16;

/** A JWT of any kind, or the text of the header that carries one. */
const TOKEN_TEXT = /^(?:Bearer\s|eyJ[\w-]*\.[\w-]*\.)/i;

/** @throws BlacklistMisuse if it is no id */
export function textOf(kind: IdKind, id: unknown): string {
  const name = kind === 'user' ? 'user id' : kind;
  const text = typeof id === 'bigint' || Number.isSafeInteger(id) ? String(id) : id;
  if (typeof text !== 'string') throw new BlacklistMisuse(`A ${name} is a text or a whole number, not ${describe(id)}.`);
  if (text === '') throw new BlacklistMisuse(`The ${name} is empty. Give each token a random id, such as crypto.randomUUID().`);
  if (TOKEN_TEXT.test(text)) {
    throw new BlacklistMisuse(
      `The ${name} looks like the text of a token. Give the claim of the verified token instead: one token has several valid spellings, and a client could choose another one.`,
    );
  }
  if (text.length > MOST_BYTES || Buffer.byteLength(text) > MOST_BYTES) {
    throw new BlacklistMisuse(`The ${name} has more than ${MOST_BYTES} bytes. Use a shorter one.`);
  }
  if (!text.isWellFormed()) throw new BlacklistMisuse(`The ${name} is no well-formed Unicode.`);
  return text;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'number' ? `the number ${value}` : `a value of type ${typeof value}`;
}

/**
 * The first 128 bits of SHA-256 over kind, length in bytes and id, as base64url. Kind and length come first, so a `jti` is never the `sid` of
 * the same text, and no separator in an id can imitate another id.
 *
 * @param text from `textOf`
 * @param counter of a user: each counter has an id of its own (decision 0038)
 */
export function storedId(kind: IdKind, text: string, counter?: number): string {
  const named = `${kind} ${Buffer.byteLength(text)} ${text}${counter === undefined ? '' : ` ${counter}`}`;
  return named.length > MOST_CACHED_LENGTH ? digest(named) : recent.get(named);
}

function digest(named: string): string {
  return hash('sha256', named, 'buffer').toString('base64url', 0, STORED_BYTES);
}

const MOST_CACHED = 10_000;
const MOST_CACHED_LENGTH = 128;

/** Keeps the last results. Two maps that take turns: dropping the older one is cheaper than ordering the entries. */
class Recent {
  #newer = new Map<string, string>();
  #older = new Map<string, string>();

  get(named: string): string {
    const known = this.#newer.get(named);
    if (known !== undefined) return known;
    const result = this.#older.get(named) ?? digest(named);
    if (this.#newer.size >= MOST_CACHED) {
      this.#older = this.#newer;
      this.#newer = new Map();
    }
    this.#newer.set(named, result);
    return result;
  }
}

const recent = new Recent();
