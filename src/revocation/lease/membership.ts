/** Who else may hold a lease: reading the members, and taking away those that have died. Membership is there for speed; a logout never trusts it alone. */
import { type LeaseEffect, type Member, type Step, step } from './lease-events.js';
import { currentTermMs, type LeaseState, type Now, type Sighting, waitMs } from './lease-state.js';

/** Reads the members for all logouts whose row is committed by now. One read is under way at a time; later ones share the next. */
export function readMembers<Delta>(state: LeaseState, now: Now): Step<Delta> {
  if (state.reading !== null) return step(state);
  const number = state.lastRead + 1;
  const logouts = state.logouts.map((each) => (each.wait.kind === 'due' ? { ...each, wait: { kind: 'asked' } as const } : each));
  const next: LeaseState = { ...state, lastRead: number, reading: { number, sentAt: now.monotonic }, logouts, lookAt: null };
  return step(next, [{ kind: 'read-members', read: number }]);
}

/** The members but this node. */
export function othersOf({ membership }: LeaseState, members: readonly Member[]): readonly Member[] {
  return membership.kind === 'none' ? members : members.filter(({ memberId }) => memberId !== membership.memberId);
}

/** W by the largest T of anybody, the own one included. */
export function longestWaitMs(state: LeaseState, members: readonly Member[]): number {
  return waitMs(Math.max(currentTermMs(state), state.lease?.termMs ?? 0, ...members.map(({ leaseMs }) => leaseMs)));
}

/**
 * Takes away the members that did not renew between two reads more than W apart: none of their leases is alive, and none comes
 * unless they renew, which the condition on the number sees. Time is counted on the own monotonic clock, from the end of the read that first showed the number to
 * the beginning of this one: a clock that is set takes nobody away.
 */
export function removeDead<Delta>(state: LeaseState, others: readonly Member[], longestWait: number, now: Now): Step<Delta> {
  const effects: LeaseEffect<Delta>[] = [];
  const sightings: Record<string, Sighting> = {};
  const sentAt = state.reading?.sentAt ?? now.monotonic;
  for (const { memberId, renewals } of others) {
    const before = state.sightings[memberId];
    const isSilent = before !== undefined && before.renewals === renewals;
    sightings[memberId] = isSilent ? before : { renewals, since: now.monotonic };
    if (isSilent && sentAt - before.since > longestWait) effects.push({ kind: 'remove-member', memberId, renewals });
  }
  return step({ ...state, sightings }, effects);
}
