/** One node's lease, membership and coordinated logouts as plain values, so that a step can be repeated, compared and stored. */

/** Both clocks of the node in milliseconds, read together. The wall clock also runs while the machine is suspended. */
export interface Now {
  readonly monotonic: number;
  readonly wall: number;
}

export interface LeaseSettings {
  /** Random per process start. */
  readonly nodeId: string;
  /** T while the node hears doorbells; with 0 every check asks the database. */
  readonly listeningLeaseMs: number;
  /** T while the node hears no doorbells. */
  readonly pollingLeaseMs: number;
  /** How far the node's wall clock may differ from the database's clock. */
  readonly clockToleranceMs: number;
}

/** Until `from` + `termMs`, on both clocks, no node answers a logout that this node has not applied. */
export interface Lease {
  readonly from: Now;
  readonly termMs: number;
}

export type Membership =
  | { readonly kind: 'none' }
  | { readonly kind: 'registering'; readonly memberId: string }
  | { readonly kind: 'registered'; readonly memberId: string };

/** The refresh that was sent and is not answered yet. */
export interface SentRefresh {
  readonly number: number;
  /** Read before the statement was sent. */
  readonly sentAt: Now;
  /** The version that was applied when it was sent. */
  readonly since: number;
  /** The length of the lease that it may give. */
  readonly termMs: number;
  /** The T that it writes on record. */
  readonly leaseMs: number;
  /** When the checks that wait for it give up; null if no check waits. */
  readonly waitUntil: number | null;
}

/** The refresh that will be sent next; its number is `lastRefresh` + 1. */
export interface QueuedRefresh {
  readonly waitUntil: number | null;
}

/** Why the node accepts no token: the reason of a denial and of failing readiness. */
export type Fault = 'unreachable' | 'standby' | 'foreign-database' | 'version-regressed' | 'clock-skew';
export type Denial = Fault | 'deadline' | 'stopped';

/** Writing the ids in memory back to a database that has lost commits: not needed, needed, or under way. */
export type Repair = 'none' | 'due' | 'sent';

/** A logout whose row is in the log and that is not answered yet. */
export interface PendingLogout {
  readonly logout: string;
  readonly version: number;
  /** The monotonic clock after the row was known to be committed. */
  readonly since: number;
  readonly wait: MembersDue | MembersAsked | MembersWaited;
}

/** The members must be read, by a statement that is sent after `since`. */
export interface MembersDue {
  readonly kind: 'due';
}

/** The members are being read, by a statement that was sent after `since`. */
export interface MembersAsked {
  readonly kind: 'asked';
}

export interface MembersWaited {
  readonly kind: 'waited';
  /** The members that have not acknowledged. */
  readonly silent: readonly string[];
  readonly members: number;
  readonly waitMs: number;
}

/** A renewal number, and the monotonic clock after the first read that showed it. */
export interface Sighting {
  readonly renewals: number;
  readonly since: number;
}

export interface LeaseState {
  readonly settings: LeaseSettings;
  readonly isStopped: boolean;
  readonly isListening: boolean;
  readonly hasSockets: boolean;

  readonly membership: Membership;
  /** The T that was on record for this member before the next refresh is sent, at the least. No lease is longer (R23). */
  readonly recordedMs: number;
  /** How often this process has registered; part of the member's id. */
  readonly registrations: number;

  readonly clusterId: string | null;
  /** Every row of the log up to this version is in memory. */
  readonly applied: number;
  readonly lease: Lease | null;
  readonly lastRefresh: number;
  readonly sent: SentRefresh | null;
  readonly queued: QueuedRefresh | null;
  /** After a failure nothing is sent before this instant. */
  readonly retryAt: number | null;
  /** The version that this node must acknowledge once it has applied it; 0 if the next refresh must be acknowledged anyway. */
  readonly askedFor: number | null;
  /** The fault of the newest refresh; `unreachable` before the first. */
  readonly fault: Fault | null;
  readonly repair: Repair;

  readonly logouts: readonly PendingLogout[];
  readonly lastRead: number;
  /** The read of the members that was sent and is not answered yet. */
  readonly reading: { readonly number: number; readonly sentAt: number } | null;
  readonly sightings: Readonly<Record<string, Sighting>>;
  /** While logouts wait for the members to be read: the highest version that each member has acknowledged meanwhile. */
  readonly early: Readonly<Record<string, number>>;
  /** When to look again for members that have died. */
  readonly lookAt: number | null;
}

export function createLease(settings: LeaseSettings): LeaseState {
  return {
    settings,
    isStopped: false,
    isListening: false,
    hasSockets: false,
    membership: { kind: 'none' },
    recordedMs: 0,
    registrations: 0,
    clusterId: null,
    applied: 0,
    lease: null,
    lastRefresh: 0,
    sent: null,
    queued: null,
    retryAt: null,
    askedFor: null,
    fault: 'unreachable',
    repair: 'none',
    logouts: [],
    lastRead: 0,
    reading: null,
    sightings: {},
    early: {},
    lookAt: null,
  };
}

/** T of the leases that this node requests now. */
export function currentTermMs({ settings, isListening }: LeaseState): number {
  return isListening ? settings.listeningLeaseMs : settings.pollingLeaseMs;
}

/** A lease must hold on both clocks: the monotonic clock may stop while the machine is suspended, and the wall clock may be set. */
export function isInside({ from, termMs }: Lease, now: Now): boolean {
  const age = now.monotonic - from.monotonic;
  const wallAge = now.wall - from.wall;
  return age >= 0 && age < termMs && wallAge >= 0 && wallAge < termMs;
}

/** W: this long after a commit, every lease without that commit has run out, as long as clocks run within 1 % of true speed. */
export function waitMs(longestTermMs: number): number {
  return 1.03 * longestTermMs + 10;
}
