/** Getting a lease and keeping it: register, refresh, and let the checks that wait for a refresh share it. One refresh is in flight, one is queued. */
import { andThen, type RefreshReply, type Step, step } from './lease-events.js';
import {
  currentTermMs,
  type Fault,
  isInside,
  type Lease,
  type LeaseState,
  type Membership,
  type Now,
  type SentRefresh,
} from './lease-state.js';
import { answerSent, earlier, refuseQueued, refuseSent, refuseWaiting } from './waiting-checks.js';

/** How long the database is left alone after it has failed. */
export const RETRY_MS = 100;

/** T/4, and with the smallest T a pace that the database bears. */
export function refreshEveryMs(termMs: number): number {
  return Math.max(termMs / 4, 25);
}

/** Wants one more refresh, that begins from now on; `waitUntil` is for a check that waits for it. */
export function queueRefresh<Delta>(state: LeaseState, now: Now, waitUntil: number | null = null): Step<Delta> {
  return sendNext({ ...state, queued: { waitUntil: earlier(state.queued?.waitUntil ?? null, waitUntil) } }, now);
}

/** Sends what the queued refresh needs first: the repair, the registration, then the refresh itself (a node registers before it refreshes). */
export function sendNext<Delta>(state: LeaseState, now: Now): Step<Delta> {
  if (!mayRefresh(state) || (state.retryAt !== null && now.monotonic < state.retryAt)) return step(state);
  const ready: LeaseState = { ...state, retryAt: null };
  if (ready.repair === 'due') return step({ ...ready, repair: 'sent' }, [{ kind: 'restore', version: ready.applied }]);
  return ready.membership.kind === 'registered' ? sendRefresh(ready, ready.membership.memberId, now) : register(ready);
}

/** Whether a refresh is queued and nothing is under way that it has to wait for. */
export function mayRefresh({ isStopped, queued, sent, repair, membership }: LeaseState): boolean {
  return !isStopped && queued !== null && sent === null && repair !== 'sent' && membership.kind !== 'registering';
}

/** Each registration has an id of its own: what is said of an older one can't be meant for it. */
function register<Delta>(state: LeaseState): Step<Delta> {
  const registrations = state.registrations + 1;
  const memberId = `${state.settings.nodeId}-${registrations}`;
  const next: LeaseState = { ...state, registrations, membership: { kind: 'registering', memberId } };
  return step(next, [{ kind: 'register', memberId, leaseMs: currentTermMs(state) }]);
}

/** `now` was read before the statement is sent, and the lease is counted from it. */
function sendRefresh<Delta>(state: LeaseState, memberId: string, now: Now): Step<Delta> {
  const lease = heldLease(state, now);
  const termMs = currentTermMs(state);
  const number = state.lastRefresh + 1;
  const sent: SentRefresh = { number, sentAt: now, since: state.applied, termMs, waitUntil: state.queued?.waitUntil ?? null };
  // A shorter T is not on record before the lease with the longer one has gone: logouts wait for what is on record.
  const leaseMs = Math.max(termMs, lease?.termMs ?? 0);
  return step({ ...state, lease, lastRefresh: number, sent, queued: null }, [
    { kind: 'refresh', refresh: number, memberId, since: state.applied, leaseMs },
  ]);
}

/** A lease that was once seen to be over is over, whatever the wall clock says later. */
export function heldLease({ lease }: LeaseState, now: Now): Lease | null {
  return lease !== null && isInside(lease, now) ? lease : null;
}

export function registered<Delta>(state: LeaseState, memberId: string, now: Now): Step<Delta> {
  if (!isRegistering(state, memberId)) return step(state);
  return sendNext({ ...state, membership: { kind: 'registered', memberId } }, now);
}

export function registerFailed<Delta>(state: LeaseState, memberId: string, now: Now): Step<Delta> {
  if (!isRegistering(state, memberId)) return step(state);
  return failed(refuseQueued({ ...state, membership: { kind: 'none' } }, 'unreachable'), 'unreachable', now);
}

function isRegistering({ membership }: LeaseState, memberId: string): boolean {
  return membership.kind === 'registering' && membership.memberId === memberId;
}

export function refreshFailed<Delta>(state: LeaseState, refresh: number, now: Now): Step<Delta> {
  if (state.sent?.number !== refresh) return step(state);
  return failed(refuseSent(state, 'unreachable'), 'unreachable', now);
}

/** A lease that is held runs to its end: an outage shorter than that is not noticed. The node tries again by itself until it is ready. */
function failed<Delta>(refused: Step<Delta>, fault: Fault, now: Now): Step<Delta> {
  const { state, effects } = refused;
  return step({ ...state, fault, queued: state.queued ?? { waitUntil: null }, retryAt: now.monotonic + RETRY_MS }, effects);
}

export function refreshed<Delta>(state: LeaseState, refresh: number, reply: RefreshReply<Delta>, now: Now): Step<Delta> {
  const { sent } = state;
  if (sent?.number !== refresh) return step(state);
  if (reply.isStandby) return failed(refuseSent(state, 'standby'), 'standby', now);
  if (reply.clusterId !== (state.clusterId ?? reply.clusterId)) {
    return failed(refuseSent({ ...state, lease: null }, 'foreign-database'), 'foreign-database', now);
  }
  if (reply.version < sent.since) return startRepair(state, now);
  const known = learn<Delta>({ ...state, clusterId: reply.clusterId }, sent.since, reply.version, reply.delta);
  return andThen(
    andThen(known, (next) => conclude<Delta>(next, sent, reply, now)),
    (next) => sendNext(next, now),
  );
}

/** Takes in rows of the log, then closes the sockets that they end. Rows that do not follow on what is applied leave a gap, so the version stays. */
export function learn<Delta>(state: LeaseState, since: number, version: number, delta: Delta): Step<Delta> {
  const applied = since <= state.applied ? Math.max(state.applied, version) : state.applied;
  return step({ ...state, applied }, [
    { kind: 'apply', delta },
    { kind: 'close-sockets', delta },
  ]);
}

/** The rows are in memory. What waited for this refresh came before it was sent, so memory answers it even if no lease comes of it. */
function conclude<Delta>(state: LeaseState, sent: SentRefresh, reply: RefreshReply<Delta>, now: Now): Step<Delta> {
  if (isSkewed(state, sent, reply, now)) {
    return andThen(failed(refuseSent<Delta>({ ...state, lease: null }, 'clock-skew'), 'clock-skew', now), acknowledgeBell<Delta>);
  }
  const answered = answerSent<Delta>({ ...state, fault: null });
  if (!reply.isMember) {
    const outsider = { ...answered.state, membership: { kind: 'none' } as const, lease: null, askedFor: null };
    return step({ ...outsider, queued: state.queued ?? { waitUntil: null } }, answered.effects);
  }
  return andThen(answered, (next) => acknowledgeBell({ ...next, lease: { from: sent.sentAt, termMs: sent.termMs } }));
}

/** The database read its clock after the refresh was sent and before the reply came. */
function isSkewed<Delta>({ settings }: LeaseState, sent: SentRefresh, { databaseNow }: RefreshReply<Delta>, now: Now): boolean {
  return databaseNow < sent.sentAt.wall - settings.clockToleranceMs || databaseNow > now.wall + settings.clockToleranceMs;
}

/** The database has lost commits. Nothing is trusted until what is remembered here is in it again, under a membership that nobody confuses with the old one. */
function startRepair<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const { membership } = state;
  const fault = 'version-regressed';
  const refused = refuseSent<Delta>({ ...state, lease: null, askedFor: null, membership: { kind: 'none' }, repair: 'due', fault }, fault);
  return andThen(
    andThen(refused, (next) => leave(next, membership)),
    (next) => queueRefresh(next, now),
  );
}

/** The versions of the log have a new meaning: all of it is read again. */
export function restored<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return queueRefresh({ ...state, repair: 'none', applied: 0 }, now);
}

export function restoreFailed<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return step({ ...state, repair: 'due', retryAt: now.monotonic + RETRY_MS });
}

/** A node acknowledges after it has applied, and closed the sockets; what it applied before it has acted on already. */
export function acknowledgeBell<Delta>(state: LeaseState): Step<Delta> {
  const { membership, askedFor, applied } = state;
  if (askedFor === null || membership.kind !== 'registered' || applied < askedFor) return step(state);
  return step({ ...state, askedFor: null }, [{ kind: 'acknowledge', memberId: membership.memberId, version: applied }]);
}

/** Nobody is let in from now on, then the row goes: whoever waits for this node need not. */
export function stop<Delta>(state: LeaseState): Step<Delta> {
  const { membership } = state;
  const refused = andThen(refuseWaiting<Delta>(state, 'sent', 'stopped'), (next) => refuseWaiting(next, 'queued', 'stopped'));
  const stopped: LeaseState = { ...refused.state, isStopped: true, lease: null, sent: null, queued: null, membership: { kind: 'none' } };
  return andThen(step(stopped, refused.effects), (next) => leave(next, membership));
}

function leave<Delta>(state: LeaseState, membership: Membership): Step<Delta> {
  return membership.kind === 'none' ? step(state) : step(state, [{ kind: 'leave', memberId: membership.memberId }]);
}
