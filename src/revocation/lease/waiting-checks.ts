/** Groups the checks that found no lease: one group waits for the sent refresh, one for the next, and each group shares one answer. */
import { andThen, type Step, step } from './lease-events.js';
import type { Denial, LeaseState, Now } from './lease-state.js';

/** How long a check waits for a refresh. */
export const CHECK_DEADLINE_MS = 1_000;

/** The earlier of two deadlines. A whole group gives up at the earliest deadline of its checks. */
export function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Refuses the groups that have waited too long. */
export function refuseLate<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const isLate = (group: { readonly waitUntil: number | null } | null) =>
    group !== null && group.waitUntil !== null && group.waitUntil <= now.monotonic;
  const first = isLate(state.sent) ? refuseWaiting<Delta>(state, 'sent', 'deadline') : step<Delta>(state);
  return isLate(state.queued) ? andThen(first, (next) => refuseWaiting(next, 'queued', 'deadline')) : first;
}

export function answerSent<Delta>(state: LeaseState): Step<Delta> {
  if (state.sent === null || state.sent.waitUntil === null) return step({ ...state, sent: null });
  return step({ ...state, sent: null }, [{ kind: 'look-up-joined', refresh: state.sent.number }]);
}

export function refuseSent<Delta>(state: LeaseState, reason: Denial): Step<Delta> {
  const { state: next, effects } = refuseWaiting<Delta>(state, 'sent', reason);
  return step({ ...next, sent: null }, effects);
}

export function refuseQueued<Delta>(state: LeaseState, reason: Denial): Step<Delta> {
  const { state: next, effects } = refuseWaiting<Delta>(state, 'queued', reason);
  return step({ ...next, queued: null }, effects);
}

/** Refuses a group of checks. Their refresh continues, or stays queued, without them. */
export function refuseWaiting<Delta>(state: LeaseState, group: 'sent' | 'queued', reason: Denial): Step<Delta> {
  const waiting = state[group];
  if (waiting === null || waiting.waitUntil === null) return step(state);
  const refresh = group === 'sent' ? state.lastRefresh : state.lastRefresh + 1;
  return step({ ...state, [group]: { ...waiting, waitUntil: null } }, [{ kind: 'refuse-joined', refresh, reason }]);
}
