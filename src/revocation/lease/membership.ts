/**
 * Reads the members that may hold a lease, and removes the dead ones.
 * Membership exists for speed; a logout never relies on it alone.
 */
import { type LeaseEffect, type Member, type Step, step } from './lease-events.js';
import { currentTermMs, type LeaseState, type Now, type Sighting, waitMs } from './lease-state.js';

/** Reads the members for all logouts whose rows are committed. One read runs at a time; later logouts share the next one. */
export function readMembers<Delta>(state: LeaseState, now: Now): Step<Delta> {
  if (state.reading !== null) return step(state);
  const number = state.lastRead + 1;
  const logouts = state.logouts.map((each) => (each.wait.kind === 'due' ? { ...each, wait: { kind: 'asked' } as const } : each));
  const next: LeaseState = { ...state, lastRead: number, reading: { number, sentAt: now.monotonic }, logouts, lookAt: null };
  return step(next, [{ kind: 'read-members', read: number }]);
}

/** All members except this node. */
export function othersOf({ membership }: LeaseState, members: readonly Member[]): readonly Member[] {
  return membership.kind === 'none' ? members : members.filter(({ memberId }) => memberId !== membership.memberId);
}

/** W for the largest T of all members, this node included. */
export function longestWaitMs(state: LeaseState, members: readonly Member[]): number {
  return waitMs(Math.max(currentTermMs(state), state.lease?.termMs ?? 0, ...members.map(({ leaseMs }) => leaseMs)));
}

/**
 * Removes members that did not renew between two reads more than W apart: their leases have all run out. If such a member renews
 * meanwhile, its renewal number changes and the deletion finds no row. The time is measured on this node's monotonic clock, from
 * the end of the read that first showed the number to the start of this one. Setting a wall clock therefore removes no member.
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
