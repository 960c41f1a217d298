/** Decides what a node does when it hears a doorbell: apply the rows that it carries, or ask the database (R24). */
import { andThen, type LeaseEvent, type Step, step } from './lease-events.js';
import { acknowledgeBell, learn, queueRefresh } from './lease-refresh.js';
import type { LeaseState, Now } from './lease-state.js';

type HeardDoorbell<Delta> = Extract<LeaseEvent<Delta>, { kind: 'doorbell' }>;

/**
 * A doorbell is rung after its commit, so a refresh that begins now sees the row. The lease stays as it is, whatever the doorbell
 * carries: it may come late, and then says nothing about the commits since.
 */
export function hearDoorbell<Delta>(state: LeaseState, bell: HeardDoorbell<Delta>, now: Now): Step<Delta> {
  if (state.isStopped) return step(state);
  const { version, carried } = bell;
  const asked = { ...state, askedFor: Math.max(state.askedFor ?? 0, version) };
  const isCarried = carried !== null && mayApply(state, version, carried);
  const known = isCarried ? learn(asked, carried.since, version, carried.delta) : step<Delta>(asked);
  return andThen(known, (next) => (next.applied >= version ? acknowledgeBell(next) : queueRefresh(next, now)));
}

/**
 * Whether the rows are those that a refresh would bring. They must belong to this node's database and begin no later than where its
 * own rows end. The newest refresh must have succeeded: after a failure, and until a lost log is repaired, versions prove nothing.
 */
function mayApply({ fault, clusterId, applied }: LeaseState, version: number, carried: { clusterId: string; since: number }): boolean {
  return fault === null && carried.clusterId === clusterId && carried.since <= applied && applied < version;
}
