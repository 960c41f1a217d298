/** Cursors: places in a list, as opaque text. A cursor grants no right: a client that forges one reads only what it may read anyway. */

import { LatchkeyError } from '../lib/errors.js';
import type { Position } from '../lib/pages.js';

/** Each list has its own cursors: a cursor of one list is invalid in another. */
export type ListName = 'users' | 'auditEvents';

/** Every cursor made here is shorter. */
const MAX_CHARACTERS = 120;
/** The last instant with a year of four digits; the database compares instants as text. */
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

export function cursorOf(list: ListName, { at, id }: Position): string {
  return Buffer.from(`${list} ${at.getTime()} ${id}`).toString('base64url');
}

/** @throws LatchkeyError BAD_USER_INPUT for a text that `cursorOf` has not made for this list */
export function parseCursor(list: ListName, cursor: string): Position {
  const text = cursor.length > MAX_CHARACTERS ? '' : Buffer.from(cursor, 'base64url').toString();
  const [, name, instant, id] = /^(\w+) (\d{1,15}) ([\w-]{22})$/.exec(text) ?? [];
  const at = new Date(Number(instant));
  if (name !== list || id === undefined || at.getTime() > LAST_INSTANT || cursorOf(list, { at, id }) !== cursor) {
    throw LatchkeyError.badInput('"after" is no cursor of this list. Take one from "pageInfo.endCursor" of the page before.');
  }
  return { at, id };
}
