/** What can happen to a node, and what it then has to do: the two sides of the lease reducer. */
import type { Denial, LeaseState } from './lease-state.js';

/** What a refresh read, in one statement on the primary. */
export interface RefreshReply<Delta> {
  readonly isStandby: boolean;
  readonly clusterId: string;
  /** Whether the member's row was there, and was renewed with this statement's number and term. */
  readonly isMember: boolean;
  readonly version: number;
  /** The rows above the version that was asked from. */
  readonly delta: Delta;
  /** The database's clock, in milliseconds since the epoch. */
  readonly databaseNow: number;
}

export interface Member {
  readonly memberId: string;
  readonly renewals: number;
  readonly leaseMs: number;
  /** What it has applied and acted on. */
  readonly acknowledged: number;
}

/** @template Delta rows of the log, which the reducer hands on and never looks into */
export type LeaseEvent<Delta> =
  | { readonly kind: 'start' }
  /** No request is served any more. */
  | { readonly kind: 'stop' }
  | { readonly kind: 'tick' }
  | { readonly kind: 'check' }
  /** Whether any socket is open: an open socket is traffic. */
  | { readonly kind: 'sockets'; readonly areOpen: boolean }
  | { readonly kind: 'listening'; readonly isListening: boolean }
  | { readonly kind: 'doorbell'; readonly version: number }
  | { readonly kind: 'registered'; readonly memberId: string }
  | { readonly kind: 'register-failed'; readonly memberId: string }
  | { readonly kind: 'refreshed'; readonly refresh: number; readonly reply: RefreshReply<Delta> }
  | { readonly kind: 'refresh-failed'; readonly refresh: number }
  | { readonly kind: 'restored' }
  | { readonly kind: 'restore-failed' }
  /**
   * The row of a logout is in the log: its commit was acknowledged, or, after a commit with an unknown outcome, the row was found there.
   * `delta` holds the rows after `since` up to `version`.
   */
  | { readonly kind: 'recorded'; readonly logout: string; readonly since: number; readonly version: number; readonly delta: Delta }
  /** Time to look at the members, for whoever watches them. */
  | { readonly kind: 'look-at-members' }
  | { readonly kind: 'members-read'; readonly read: number; readonly members: readonly Member[] }
  | { readonly kind: 'members-unread'; readonly read: number }
  | { readonly kind: 'acknowledged'; readonly memberId: string; readonly version: number };

/** How a logout was answered, for the client and for the operator. */
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

/** To be carried out in the order given, in the same turn, before the next event. What asks the database answers later, by an event. */
export type LeaseEffect<Delta> =
  /** Insert a row: renewals 0, acknowledged 0. → `registered` or `register-failed` */
  | { readonly kind: 'register'; readonly memberId: string; readonly leaseMs: number }
  /**
   * One autocommit statement on the primary: renew the row of the member if its `renewals` is below `refresh` (renewals = `refresh`,
   * its T = `leaseMs`, acknowledged = `since`), and read the version and the rows above `since`. → `refreshed` or `refresh-failed`
   */
  | { readonly kind: 'refresh'; readonly refresh: number; readonly memberId: string; readonly since: number; readonly leaseMs: number }
  /** Delete the own row; nobody waits for it. */
  | { readonly kind: 'leave'; readonly memberId: string }
  /** Write what memory holds under a version above `version`, and bump the generation. → `restored` or `restore-failed` */
  | { readonly kind: 'restore'; readonly version: number }
  /** By union only. */
  | { readonly kind: 'apply'; readonly delta: Delta }
  | { readonly kind: 'close-sockets'; readonly delta: Delta }
  /** Raise what the own row says is acknowledged, if it says less, and tell the others. */
  | { readonly kind: 'acknowledge'; readonly memberId: string; readonly version: number }
  /** Let the check look into memory, now. */
  | { readonly kind: 'look-up' }
  /** Let the check wait for this refresh. */
  | { readonly kind: 'join'; readonly refresh: number }
  | { readonly kind: 'refuse'; readonly reason: Denial }
  /** Let all that wait for this refresh look into memory, or refuse them all. */
  | { readonly kind: 'look-up-joined'; readonly refresh: number }
  | { readonly kind: 'refuse-joined'; readonly refresh: number; readonly reason: Denial }
  /** → `members-read` or `members-unread` */
  | { readonly kind: 'read-members'; readonly read: number }
  /** Delete the row if its renewal number is still this. */
  | { readonly kind: 'remove-member'; readonly memberId: string; readonly renewals: number }
  /** Tell the others, in a statement of its own; they hear `doorbell`. */
  | { readonly kind: 'ring'; readonly version: number }
  | { readonly kind: 'answer'; readonly logout: string; readonly outcome: LogoutOutcome };

/** What one event leads to. */
export interface Step<Delta> {
  readonly state: LeaseState;
  readonly effects: readonly LeaseEffect<Delta>[];
}

const NOTHING: readonly never[] = [];

export function step<Delta>(state: LeaseState, effects: readonly LeaseEffect<Delta>[] = NOTHING): Step<Delta> {
  return { state, effects };
}

/** Goes on from where a step has led. */
export function andThen<Delta>(first: Step<Delta>, next: (state: LeaseState) => Step<Delta>): Step<Delta> {
  const second = next(first.state);
  if (second.effects.length === 0) return step(second.state, first.effects);
  return step(second.state, [...first.effects, ...second.effects]);
}
