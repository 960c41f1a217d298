/** Turns what the feed says into the events of the lease reducer. */
import type { FeedBell, RenewalAnswer } from '../revocation/lease/feed-messages.js';
import type { LeaseEvent } from '../revocation/lease/lease-events.js';
import type { BlacklistRow } from '../revocation/memory/log-rows.js';
import type { LogDelta } from '../revocation/memory/replica.js';

type Event = LeaseEvent<LogDelta>;

export function doorbellOf({ clusterId, version, since, rows, generation, sessionsSince, prunedBefore }: FeedBell): Event {
  const state = { version, generation, sessionsSince, prunedBefore: new Date(prunedBefore) };
  const isWhole = since !== undefined && rows !== undefined;
  return { kind: 'doorbell', version, carried: isWhole ? { clusterId, since, delta: { since, state, rows: rowsOf(rows) } } : null };
}

/** A bounded verifier is no member. It takes the whole term from before it sent, whatever the server grants to members (R42). */
export function replyOf(answer: RenewalAnswer, since: number, isStrict: boolean): Extract<Event, { kind: 'refreshed' }>['reply'] {
  const { isStandby, clusterId, databaseNow, version, generation, sessionsSince } = answer;
  const state = { version, generation, sessionsSince, prunedBefore: new Date(answer.prunedBefore) };
  return {
    isStandby,
    clusterId,
    isMember: !isStrict || answer.isMember,
    isRenewed: !isStrict || answer.isRenewed,
    grantedMs: isStrict ? answer.granted : Number.POSITIVE_INFINITY,
    version,
    delta: { since, state, rows: rowsOf(answer.rows) },
    databaseNow,
  };
}

export function rowsOf(pairs: readonly (readonly [string, number])[]): BlacklistRow[] {
  return pairs.map(([id, until]) => ({ id, revokedUntil: new Date(until) }));
}
