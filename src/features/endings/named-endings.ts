/** Ends sessions that several callers name, in one short transaction, for `SessionEndings` (R3). */
import type { Database } from '../../database/database.js';
import { DatabaseUnusable } from '../../database/failures.js';
import { rowsUnder, toState } from '../../revocation/blacklist.js';
import { insertBlacklisted, nextVersion } from '../../revocation/log-statements.js';
import type { ShortCommit, ShortRevocation } from '../../revocation/revocation.js';
import type { World } from '../../world.js';
import type { Audit, RecordedEvent } from '../audit/audit.js';
import { insertAuditEvents } from '../audit/audit-statements.js';
import { type EndedRow, endSessions, endSessionsAtOnce, findEndedBy, type NamedSessions } from './ending-statements.js';
import { type EndedSession, type Ending, entryOf } from './ending-steps.js';

/** The end of single sessions. */
export interface SessionEnding extends Omit<Ending, 'sessions' | 'reason'> {
  readonly sessionIds: readonly string[];
}

/** The sessions that each caller has ended; a session that several callers name counts for the first. */
export type Shares = readonly (readonly EndedSession[])[];

const REASON = 'LOGOUT';

interface Needs {
  readonly database: Database;
  readonly audit: Audit;
}

type Ended = Omit<ShortCommit<readonly EndedRow[]>, 'isWhole'>;

export function endNamed(world: World, needs: Needs, endings: readonly SessionEnding[], onCommitted: () => void): ShortRevocation<Shares> {
  const named = name(world, needs.audit, endings);
  const shareOut = (ended: readonly EndedRow[]): Shares => {
    const left = new Map(ended.map((session) => [session.id, session]));
    return endings.map(({ sessionIds }) => sessionIds.flatMap((id) => take(left, id)));
  };
  return {
    async commit() {
      const { addition, result } = await (needs.database.dialect === 'postgresql'
        ? endAtOnce(needs, named, onCommitted)
        : endInTurn(needs, named, onCommitted));
      return { addition, isWhole: result.length === named.events.length, result: shareOut(result) };
    },
    async findDone() {
      const ended = await needs.database.ask(findEndedBy(named.events.map(({ id }) => id)));
      return ended.length === 0 ? null : shareOut(ended);
    },
  };
}

/** One event for each session. They are in the order of the ids, so that two logouts lock the same sessions in the same order. */
function name(world: World, audit: Audit, endings: readonly SessionEnding[]): NamedSessions {
  const first = new Map<string, NamedSessions['events'][number]>();
  for (const { sessionIds, ...ending } of endings) {
    for (const sessionId of sessionIds) {
      if (!first.has(sessionId)) first.set(sessionId, { ...audit.rowOf({ kind: 'session.ended', reason: REASON, ...ending }), sessionId });
    }
  }
  const events = [...first.values()].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
  return { events, endedAt: new Date(world.clock.now()), reason: REASON };
}

async function endAtOnce({ database, audit }: Needs, named: NamedSessions, onCommitted: () => void): Promise<Ended> {
  const rows = await database.write(endSessionsAtOnce(named));
  onCommitted();
  const [one] = rows;
  if (one === undefined) return { addition: null, result: rows };
  const { id: _id, userId: _userId, accessTokensExpireAt: _exp, idleExpiresAt: _idle, kept: _kept, ...stored } = one;
  const state = toState(stored);
  audit.tell(eventsOf(named, rows));
  return { addition: { state, rows: blacklistRowsOf(state.version, named, rows) }, result: rows };
}

function endInTurn({ database, audit }: Needs, named: NamedSessions, onCommitted: () => void): Promise<Ended> {
  return database.hotTransaction(async (transaction) => {
    database.whenCommitted(transaction, onCommitted);
    const ended = await transaction.run(endSessions(named));
    if (ended.length === 0) return { addition: null, result: ended };
    const [stored] = await transaction.run(nextVersion());
    if (stored === undefined) throw new DatabaseUnusable('The row of the blacklist state is missing');
    const state = toState(stored);
    const rows = blacklistRowsOf(state.version, named, ended);
    const events = eventsOf(named, ended);
    await transaction.insertTogether([insertBlacklisted(rows), insertAuditEvents(events)]);
    database.whenCommitted(transaction, () => audit.tell(events));
    return { addition: { state, rows }, result: ended };
  });
}

function blacklistRowsOf(version: number, { endedAt }: NamedSessions, ended: readonly EndedRow[]) {
  const entries = ended.map((session) => entryOf(session, REASON));
  return rowsUnder(version, entries, endedAt.getTime());
}

/** The events of the sessions that have ended, with the users whose they are. */
function eventsOf({ events }: NamedSessions, ended: readonly EndedRow[]): RecordedEvent[] {
  const owners = new Map(ended.map(({ id, userId }) => [id, userId]));
  return events
    .filter(({ sessionId }) => owners.has(sessionId))
    .map((event) => ({ ...event, userId: owners.get(event.sessionId) ?? null }));
}

/** Each session is taken once. */
function take(left: Map<string, EndedRow>, id: string): EndedRow[] {
  const session = left.get(id);
  left.delete(id);
  return session === undefined ? [] : [session];
}
