/** Gives each session of a list a name of its own, so that a screen reader can tell its button from the others. */
import { nameOf } from './devices.js';
import type { ListedSession } from './parts/session-list.js';
import { sayExactly } from './parts/time.js';
import { texts } from './texts.js';

/** In this order: the device; the device with place and login; the device with a number. The first unique name is taken. */
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
