/** What each session of a list is called when it is spoken of alone, as by a screen reader: no two the same. */
import { nameOf } from './devices.js';
import type { ListedSession } from './parts/session-list.js';
import { sayExactly } from './parts/time.js';
import { texts } from './texts.js';

/** By the device; where that is not enough, by place and login too; and where even that is not, by a number. */
const WAYS: readonly ((session: ListedSession, index: number) => string)[] = [
  nameOf,
  (session) => texts.sessions.namedFully(nameOf(session), session.ipAddress ?? texts.unknown, sayExactly(session.createdAt)),
  (session, index) => `${nameOf(session)}, ${index + 1}`,
];

export function nameSessions(sessions: readonly ListedSession[]): ReadonlyMap<string, string> {
  const named = WAYS.map((name) => sessions.map(name));
  const isAlone = (names: readonly string[], index: number) => names.indexOf(names[index] ?? '') === names.lastIndexOf(names[index] ?? '');
  return new Map(sessions.map(({ id }, index) => [id, named.find((names) => isAlone(names, index))?.[index] ?? id]));
}
