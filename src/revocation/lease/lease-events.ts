/** The events that can happen to a node and the effects it must then carry out: input and output of the lease reducer. */
import type { Denial, LeaseState } from './lease-state.js';

/** The result of a refresh, read in one statement on the primary. */
export interface RefreshReply<Delta> {
  readonly isStandby: boolean;
  readonly clusterId: string;
  /** Whether the member's row was there. */
  readonly isMember: boolean;
  /** Whether the row was renewed with this statement's number and term. Between a verifier and its node, a proxy may send a request twice. */
  readonly isRenewed: boolean;
  /** The longest lease that this refresh gives; 0 gives none. A node grants itself what it asks for. */
  readonly grantedMs: number;
  readonly version: number;
  /** The rows above the version from which the refresh asked. */
  readonly delta: Delta;
  /** The database's clock, in milliseconds since the epoch. */
  readonly databaseNow: number;
}

export interface Member {
  readonly memberId: string;
  readonly renewals: number;
  readonly leaseMs: number;
  /** The version up to which the member has applied the log and closed the sockets. */
  readonly acknowledged: number;
}

/** All rows of the log after `since`, up to the version of the doorbell that carries them. */
export interface CarriedRows<Delta> {
  /** The database whose log it is. */
  readonly clusterId: string;
  readonly since: number;
  readonly delta: Delta;
}

/** @template Delta rows of the log; the reducer passes them on and never reads them */
export type LeaseEvent<Delta> =
  | { readonly kind: 'start' }
  /** The server no longer serves requests. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'check' }
  /** Whether any socket is open: an open socket counts as traffic, so the node keeps its lease. */
  | { readonly kind: 'sockets'; readonly areOpen: boolean }
  | { readonly kind: 'listening'; readonly isListening: boolean }
  /** The log has this version. `carried` is null if the doorbell names the version alone. */
  | { readonly kind: 'doorbell'; readonly version: number; readonly carried: CarriedRows<Delta> | null }
  | { readonly kind: 'registered'; readonly memberId: string }
  | { readonly kind: 'register-failed'; readonly memberId: string }
  /** Refresh although a lease may be held: a token names something that is not known here, or a verifier acknowledges by it (R38). */
  | { readonly kind: 'renew'; readonly isAwaited: boolean }
  | { readonly kind: 'refreshed'; readonly refresh: number; readonly reply: RefreshReply<Delta> }
  /** The refresh was not carried out, and no other one of this membership will be. */
  | { readonly kind: 'expelled'; readonly refresh: number }
  | { readonly kind: 'refresh-failed'; readonly refresh: number }
  | { readonly kind: 'restored' }
  | { readonly kind: 'restore-failed' }
  /**
   * The row of a logout is in the log: the database acknowledged its commit, or a read found the row after an unknown outcome.
   * `delta` holds the rows after `since` up to `version`. `clusterId` is null in a database of an older version with no node yet.
   */
  | {
      readonly kind: 'recorded';
      readonly logout: string;
      readonly clusterId: string | null;
      readonly since: number;
      readonly version: number;
      readonly delta: Delta;
    }
  /** Sent at intervals, so that dead members are found and removed. */
  | { readonly kind: 'look-at-members' }
  | { readonly kind: 'members-read'; readonly read: number; readonly members: readonly Member[] }
  | { readonly kind: 'members-unread'; readonly read: number }
  | { readonly kind: 'acknowledged'; readonly clusterId: string; readonly memberId: string; readonly version: number };

/** The outcome of a logout, for the client and for the operator. */
export type LogoutOutcome =
  | {
      readonly kind: 'confirmed';
      readonly by: 'single-node' | 'acknowledged' | 'lease-expiry';
      /** The other nodes, and how many of them have acknowledged. */
      readonly members: number;
      readonly acknowledged: number;
      readonly waitedMs: number;
    }
  | { readonly kind: 'unconfirmed' };

/**
 * The driver carries effects out in the given order, in the same turn, before the next event.
 * A statement to the database answers later, with the event named after the arrow.
 */
export type LeaseEffect<Delta> =
  /** Insert a row: renewals 0, acknowledged 0. → `registered` or `register-failed` */
  | { readonly kind: 'register'; readonly memberId: string; readonly leaseMs: number }
  /**
   * One autocommit statement on the primary: renew the row of the member if its `renewals` is below `refresh` (renewals = `refresh`,
   * its T = `leaseMs`, acknowledged = `since`), and read the version and the rows above `since`. → `refreshed` or `refresh-failed`
   */
  | { readonly kind: 'refresh'; readonly refresh: number; readonly memberId: string; readonly since: number; readonly leaseMs: number }
  /** Delete this node's row, without waiting for the result. */
  | { readonly kind: 'leave'; readonly memberId: string }
  /** Write the ids in memory to the table under a version above `version`, and raise the generation. → `restored` or `restore-failed` */
  | { readonly kind: 'restore'; readonly version: number }
  /** Only ever adds rows to memory. */
  | { readonly kind: 'apply'; readonly delta: Delta }
  | { readonly kind: 'close-sockets'; readonly delta: Delta }
  /** Tell the other nodes that this member has acknowledged the version. */
  | { readonly kind: 'acknowledge'; readonly clusterId: string; readonly memberId: string; readonly version: number }
  /** The check may look into memory now. */
  | { readonly kind: 'look-up' }
  /** The check waits for this refresh. */
  | { readonly kind: 'join'; readonly refresh: number }
  | { readonly kind: 'refuse'; readonly reason: Denial }
  /** All checks that wait for this refresh may look into memory (`look-up-joined`) or are refused (`refuse-joined`). */
  | { readonly kind: 'look-up-joined'; readonly refresh: number }
  | { readonly kind: 'refuse-joined'; readonly refresh: number; readonly reason: Denial }
  /** → `members-read` or `members-unread` */
  | { readonly kind: 'read-members'; readonly read: number }
  /** Delete the row if its renewal number is still this. */
  | { readonly kind: 'remove-member'; readonly memberId: string; readonly renewals: number }
  /** Tell the other nodes, in a separate statement; they receive `doorbell`. */
  | { readonly kind: 'ring'; readonly version: number; readonly carried: CarriedRows<Delta> | null }
  | { readonly kind: 'answer'; readonly logout: string; readonly outcome: LogoutOutcome };

/** The result of one event. */
export interface Step<Delta> {
  readonly state: LeaseState;
  readonly effects: readonly LeaseEffect<Delta>[];
}

const NOTHING: readonly never[] = [];

export function step<Delta>(state: LeaseState, effects: readonly LeaseEffect<Delta>[] = NOTHING): Step<Delta> {
  return { state, effects };
}

/** Runs the next step on the state of the first, and joins their effects in order. */
export function andThen<Delta>(first: Step<Delta>, next: (state: LeaseState) => Step<Delta>): Step<Delta> {
  const second = next(first.state);
  if (second.effects.length === 0) return step(second.state, first.effects);
  return step(second.state, [...first.effects, ...second.effects]);
}
