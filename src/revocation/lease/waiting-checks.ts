/** The checks that found no lease. They wait in two groups, for the refresh that was sent and for the next one, and each group shares one answer. */
import { andThen, type Step, step } from './lease-events.js';
import type { Denial, LeaseState, Now } from './lease-state.js';

/** How long a check waits for a refresh. */
export const CHECK_DEADLINE_MS = 1_000;

/** The instant at which the first of a group gives up: it takes the others with it. */
export function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Lets go the checks that have waited too long. */
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

/** The refresh goes on, or stays queued; nobody waits for it. */
export function refuseWaiting<Delta>(state: LeaseState, group: 'sent' | 'queued', reason: Denial): Step<Delta> {
  const waiting = state[group];
  if (waiting === null || waiting.waitUntil === null) return step(state);
  const refresh = group === 'sent' ? state.lastRefresh : state.lastRefresh + 1;
  return step({ ...state, [group]: { ...waiting, waitUntil: null } }, [{ kind: 'refuse-joined', refresh, reason }]);
}
