/**
 * Obtains and keeps a lease: register, refresh, and let the checks that wait for a refresh share it.
 * At most one refresh is in flight and one is queued.
 */
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

/** How long the node waits before it asks a database again that has failed. */
export const RETRY_MS = 100;

/** T/4, but never less than 25 ms: with the smallest T the refreshes would overload the database. */
export function refreshEveryMs(termMs: number): number {
  return Math.max(termMs / 4, 25);
}

/** Queues one more refresh, which starts no earlier than now. `waitUntil` is the deadline of a check that waits for it. */
export function queueRefresh<Delta>(state: LeaseState, now: Now, waitUntil: number | null = null): Step<Delta> {
  return sendNext({ ...state, queued: { waitUntil: earlier(state.queued?.waitUntil ?? null, waitUntil) } }, now);
}

/** Sends the first step that the queued refresh still needs: the repair, then the registration, then the refresh itself. */
export function sendNext<Delta>(state: LeaseState, now: Now): Step<Delta> {
  if (!mayRefresh(state) || (state.retryAt !== null && now.monotonic < state.retryAt)) return step(state);
  const ready: LeaseState = { ...state, retryAt: null };
  if (ready.repair === 'due') return step({ ...ready, repair: 'sent' }, [{ kind: 'restore', version: ready.applied }]);
  return ready.membership.kind === 'registered' ? sendRefresh(ready, ready.membership.memberId, now) : register(ready);
}

/** Whether a refresh is queued and need not wait for another statement. */
export function mayRefresh({ isStopped, queued, sent, repair, membership }: LeaseState): boolean {
  return !isStopped && queued !== null && sent === null && repair !== 'sent' && membership.kind !== 'registering';
}

/** Each registration gets a new id, so that a late message about an older registration can't be taken for it. */
function register<Delta>(state: LeaseState): Step<Delta> {
  const registrations = state.registrations + 1;
  const memberId = `${state.settings.nodeId}-${registrations}`;
  const leaseMs = currentTermMs(state);
  const next: LeaseState = { ...state, registrations, membership: { kind: 'registering', memberId }, recordedMs: leaseMs };
  return step(next, [{ kind: 'register', memberId, leaseMs }]);
}

/**
 * The lease counts from `now`, which was read before the statement is sent. A later start could let the lease outlive W.
 *
 * Logouts wait for the T on record. So a longer T is recorded by one refresh, and a lease of it comes from the next one: the database reads
 * the log of a refresh before it commits the new T, and a logout in between would wait for the old T only. A shorter T is recorded after the
 * lease with the longer T has ended.
 */
function sendRefresh<Delta>(state: LeaseState, memberId: string, now: Now): Step<Delta> {
  const lease = heldLease(state, now);
  const wantedMs = currentTermMs(state);
  const number = state.lastRefresh + 1;
  const termMs = Math.min(wantedMs, state.recordedMs);
  const leaseMs = Math.max(wantedMs, lease?.termMs ?? 0);
  const sent: SentRefresh = { number, sentAt: now, since: state.applied, termMs, leaseMs, waitUntil: state.queued?.waitUntil ?? null };
  // A refresh whose reply is lost may have recorded the shorter T.
  const recordedMs = Math.min(state.recordedMs, leaseMs);
  return step({ ...state, lease, lastRefresh: number, sent, recordedMs, queued: null }, [
    { kind: 'refresh', refresh: number, memberId, since: state.applied, leaseMs },
  ]);
}

/** Callers store the result: once a lease is seen to be over it stays over, even if the wall clock is set back later. */
export function heldLease({ lease }: LeaseState, now: Now): Lease | null {
  return lease !== null && isInside(lease, now) ? lease : null;
}

/**
 * A logout may find the new member although its doorbell was rung before this node could hear it. So the node acknowledges its first
 * refresh without being asked.
 */
export function registered<Delta>(state: LeaseState, memberId: string, now: Now): Step<Delta> {
  if (!isRegistering(state, memberId)) return step(state);
  return sendNext({ ...state, membership: { kind: 'registered', memberId }, askedFor: state.askedFor ?? 0 }, now);
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

/** As after a refresh that found no row, except that nothing was read. */
export function expelled<Delta>(state: LeaseState, refresh: number, now: Now): Step<Delta> {
  if (state.sent?.number !== refresh) return step(state);
  const outsider = { ...state, membership: { kind: 'none' } as const, lease: null, askedFor: null };
  return failed(refuseSent<Delta>(outsider, 'unreachable'), 'unreachable', now);
}

/** A held lease runs to its end, so clients do not notice a shorter outage. The node retries by itself until a refresh succeeds. */
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

/**
 * Applies rows of the log, then closes the sockets that they revoke. If rows are missing between `applied` and `since`,
 * the applied version stays: raising it would skip the missing rows for ever.
 */
export function learn<Delta>(state: LeaseState, since: number, version: number, delta: Delta): Step<Delta> {
  const applied = since <= state.applied ? Math.max(state.applied, version) : state.applied;
  return step({ ...state, applied }, [
    { kind: 'apply', delta },
    { kind: 'close-sockets', delta },
  ]);
}

/**
 * The rows are in memory. Every check that waited for this refresh began before it was sent, so memory answers it correctly
 * even if the refresh gives no lease.
 */
function conclude<Delta>(state: LeaseState, sent: SentRefresh, reply: RefreshReply<Delta>, now: Now): Step<Delta> {
  if (isSkewed(state, sent, reply, now)) {
    return andThen(failed(refuseSent<Delta>({ ...state, lease: null }, 'clock-skew'), 'clock-skew', now), acknowledgeBell<Delta>);
  }
  const answered = answerSent<Delta>({ ...state, fault: null });
  if (!reply.isMember) {
    const outsider = { ...answered.state, membership: { kind: 'none' } as const, lease: null, askedFor: null };
    return step({ ...outsider, queued: state.queued ?? { waitUntil: null } }, answered.effects);
  }
  return andThen(answered, (next) => acknowledgeBell(withLease(next, sent, reply, now)));
}

/** The lease is no longer than was granted. A reply that grants none takes no lease away, and the node asks again after a while. */
function withLease<Delta>(state: LeaseState, sent: SentRefresh, { isRenewed, grantedMs }: RefreshReply<Delta>, now: Now): LeaseState {
  const termMs = Math.min(sent.termMs, grantedMs);
  // With T = 0 every check asks the database, and no lease is missing.
  if (isRenewed && (termMs > 0 || sent.termMs === 0)) {
    const leased = { ...state, recordedMs: sent.leaseMs, lease: { from: sent.sentAt, termMs } };
    // The longer T is on record now: the next refresh, which follows at once, gives a lease of it.
    const mayBeLonger = sent.termMs < Math.min(sent.leaseMs, currentTermMs(state));
    return mayBeLonger ? { ...leased, queued: state.queued ?? { waitUntil: null } } : leased;
  }
  const fault = grantedMs === 0 ? 'standby' : 'unreachable';
  return { ...state, fault, queued: state.queued ?? { waitUntil: null }, retryAt: now.monotonic + RETRY_MS };
}

/** The database read its clock after the refresh was sent and before the reply came. */
function isSkewed<Delta>({ settings }: LeaseState, sent: SentRefresh, { databaseNow }: RefreshReply<Delta>, now: Now): boolean {
  return databaseNow < sent.sentAt.wall - settings.clockToleranceMs || databaseNow > now.wall + settings.clockToleranceMs;
}

/**
 * The database has lost commits. The node trusts nothing until it has written the ids in memory back to the table.
 * It then registers under a new member id, so that no statement about the old membership applies to the new one.
 */
function startRepair<Delta>(state: LeaseState, now: Now): Step<Delta> {
  const { membership } = state;
  const fault = 'version-regressed';
  const refused = refuseSent<Delta>({ ...state, lease: null, askedFor: null, membership: { kind: 'none' }, repair: 'due', fault }, fault);
  return andThen(
    andThen(refused, (next) => leave(next, membership)),
    (next) => queueRefresh(next, now),
  );
}

/** After a repair old version numbers no longer mean the same rows, so the node reads the whole log again. */
export function restored<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return queueRefresh({ ...state, repair: 'none', applied: 0 }, now);
}

export function restoreFailed<Delta>(state: LeaseState, now: Now): Step<Delta> {
  return step({ ...state, repair: 'due', retryAt: now.monotonic + RETRY_MS });
}

/** A node acknowledges a doorbell only after it has applied the version and closed the sockets that it revokes. */
export function acknowledgeBell<Delta>(state: LeaseState): Step<Delta> {
  const { clusterId, membership, askedFor, applied } = state;
  if (askedFor === null || clusterId === null || membership.kind !== 'registered' || applied < askedFor) return step(state);
  return step({ ...state, askedFor: null }, [{ kind: 'acknowledge', clusterId, memberId: membership.memberId, version: applied }]);
}

/** The node first refuses all checks and gives up its lease, then deletes its row, so that logouts no longer wait for it. */
export function stop<Delta>(state: LeaseState): Step<Delta> {
  const { membership } = state;
  const refused = andThen(refuseWaiting<Delta>(state, 'sent', 'stopped'), (next) => refuseWaiting(next, 'queued', 'stopped'));
  const stopped: LeaseState = { ...refused.state, isStopped: true, lease: null, sent: null, queued: null, membership: { kind: 'none' } };
  return andThen(step(stopped, refused.effects), (next) => leave(next, membership));
}

function leave<Delta>(state: LeaseState, membership: Membership): Step<Delta> {
  return membership.kind === 'none' ? step(state) : step(state, [{ kind: 'leave', memberId: membership.memberId }]);
}
