/**
 * The lease protocol between nodes as one pure function from a state, an event and the clocks to the next state and its effects.
 * Production, simulation and model check run this same code.
 */
import { hearDoorbell } from './heard-doorbell.js';
import { andThen, type LeaseEvent, type Step, step } from './lease-events.js';
import {
  expelled,
  heldLease,
  mayRefresh,
  queueRefresh,
  refreshEveryMs,
  refreshed,
  refreshFailed,
  registered,
  registerFailed,
  restored,
  restoreFailed,
  sendNext,
  stop,
} from './lease-refresh.js';
import { type Denial, isInside, type LeaseState, type Now } from './lease-state.js';
import { acknowledged, answerReady, membersRead, membersUnread, recorded, waitEndsAt } from './logout-wait.js';
import { readMembers } from './membership.js';
import { CHECK_DEADLINE_MS, refuseLate } from './waiting-checks.js';

/** @param now both clocks, read for this event after it has happened and before any effect is carried out */
export function reduceLease<Delta>(state: LeaseState, event: LeaseEvent<Delta>, now: Now): Step<Delta> {
  switch (event.kind) {
    case 'start':
      return queueRefresh(state, now);
    case 'stop':
      return stop(state);
    case 'tick':
      return tick(state, now);
    case 'check':
      return check(state, now);
    case 'sockets':
      return refreshForSockets({ ...state, hasSockets: event.areOpen }, now);
    case 'listening':
      return listen(state, event.isListening, now);
    case 'doorbell':
      return hearDoorbell(state, event, now);
    case 'registered':
      return registered(state, event.memberId, now);
    case 'register-failed':
      return registerFailed(state, event.memberId, now);
    case 'refreshed':
      return refreshed(state, event.refresh, event.reply, now);
    case 'renew':
      return renew(state, event.isAwaited, now);
    case 'expelled':
      return expelled(state, event.refresh, now);
    case 'refresh-failed':
      return refreshFailed(state, event.refresh, now);
    case 'restored':
      return restored(state, now);
    case 'restore-failed':
      return restoreFailed(state, now);
    case 'recorded':
      return recorded(state, event, now);
    case 'look-at-members':
      return readMembers(state, now);
    case 'members-read':
      return membersRead(state, event.read, event.members, now);
    case 'members-unread':
      return membersUnread(state, event.read, now);
    case 'acknowledged':
      return acknowledged(state, event, now);
  }
}

/** Whether a check may look into memory and no refresh is due. Nearly every check takes this path, without a step of the reducer. */
export function answersAtOnce({ lease }: LeaseState, now: Now): boolean {
  return lease !== null && isInside(lease, now) && now.monotonic - lease.from.monotonic < refreshEveryMs(lease.termMs);
}

/**
 * Why this node should get no requests, or null when it is ready. A node with a lease is ready even during an outage.
 * An idle node holds no lease and is still ready.
 */
export function unreadiness(state: LeaseState, now: Now): Denial | null {
  if (state.isStopped) return 'stopped';
  return heldLease(state, now) === null ? state.fault : null;
}

/** Reads the clocks at the check and never relies on a timer: after a pause, a process may serve sockets before its timers fire. */
function check<Delta>(state: LeaseState, now: Now): Step<Delta> {
  if (answersAtOnce(state, now)) return step(state, [{ kind: 'look-up' }]);
  if (state.isStopped) return step(state, [{ kind: 'refuse', reason: 'stopped' }]);
  const lease = heldLease(state, now);
  if (lease === null) {
    const joined = step<Delta>({ ...state, lease }, [{ kind: 'join', refresh: state.lastRefresh + 1 }]);
    return andThen(joined, (next) => queueRefresh(next, now, now.monotonic + CHECK_DEADLINE_MS));
  }
  return andThen(step<Delta>(state, [{ kind: 'look-up' }]), (next) => refreshUnlessUnderWay(next, now));
}

/** A refresh that is sent after this event. If it is awaited, the check may look into memory after it. */
function renew<Delta>(state: LeaseState, isAwaited: boolean, now: Now): Step<Delta> {
  if (state.isStopped) return step(state, isAwaited ? [{ kind: 'refuse', reason: 'stopped' }] : []);
  if (!isAwaited) return queueRefresh(state, now);
  const joined = step<Delta>(state, [{ kind: 'join', refresh: state.lastRefresh + 1 }]);
  return andThen(joined, (next) => queueRefresh(next, now, now.monotonic + CHECK_DEADLINE_MS));
}

function refreshUnlessUnderWay<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return state.sent === null && state.queued === null ? queueRefresh(state, now) : step(state);
}

/** Open sockets keep the lease alive without any check. Without sockets and checks the node sends nothing. */
function refreshForSockets<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const dueAt = socketsRefreshAt(state);
  return dueAt !== null && dueAt <= now.monotonic ? queueRefresh(state, now) : step(state);
}

function socketsRefreshAt({ isStopped, hasSockets, lease, sent, queued }: LeaseState): number | null {
  if (isStopped || !hasSockets || sent !== null || queued !== null) return null;
  return lease === null ? 0 : lease.from.monotonic + refreshEveryMs(lease.termMs);
}

/** Doorbells may have been missed before the connection was made, so every connect triggers a refresh. */
function listen<Delta>(state: LeaseState, isListening: boolean, now: Now): Step<Delta> {
  const next = { ...state, isListening };
  return isListening ? queueRefresh(next, now) : step(next);
}

function tick<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const isLookDue = state.lookAt !== null && state.lookAt <= now.monotonic;
  return [
    (next: LeaseState) => refreshForSockets<Delta>(next, now),
    (next: LeaseState) => sendNext<Delta>(next, now),
    (next: LeaseState) => answerReady<Delta>(next, now),
    (next: LeaseState) => (isLookDue ? readMembers<Delta>({ ...next, lookAt: null }, now) : step<Delta>(next)),
  ].reduce(andThen, refuseLate<Delta>(state, now));
}

/** When the next `tick` is due on the monotonic clock, possibly in the past; null if no timer is needed. */
export function nextTickAt(state: LeaseState): number | null {
  const instants = [
    state.sent?.waitUntil,
    state.queued?.waitUntil,
    mayRefresh(state) ? state.retryAt : null,
    socketsRefreshAt(state),
    state.reading === null ? state.lookAt : null,
    ...state.logouts.map(waitEndsAt),
  ].filter((instant) => typeof instant === 'number');
  return instants.length === 0 ? null : Math.min(...instants);
}
