/** What a renewal of a verifier asks the database, and what it reads there. PostgreSQL and SQLite each have their statements. */
import type { LogState } from '../blacklist.js';

/** The rows of one answer, at most. A longer log comes in pages, so that each statement is short. */
export const PAGE_ROWS = 10_000;

/** A place between two rows of the log, in the order of version and id. */
export interface LogPlace {
  readonly version: number;
  readonly id: string;
}

/** A request of a verifier whose form was checked. */
export interface Renewal {
  /** SHA-256 of the service credential. */
  readonly credentialHash: string;
  /** Null for a bounded verifier, which is no member. */
  readonly member: { readonly id: string; readonly renewal: number } | null;
  readonly applied: number;
  readonly leaseMs: number;
  /** Where the page before ended; null for the first. */
  readonly after: LogPlace | null;
}

/** What the database says after the request has arrived. */
export interface RenewalReading extends LogState {
  /** The id of the credential. */
  readonly credentialId: string;
  readonly clusterId: string;
  readonly isStandby: boolean;
  /** T on record, which was there before the renewal. Null if there is no such member of this credential. */
  readonly recordedMs: number | null;
  readonly isRenewed: boolean;
  /** Milliseconds since the epoch. */
  readonly databaseNow: number;
  readonly rows: readonly (readonly [string, number])[];
  /** Where the page ends, if more rows follow. Then nothing was renewed. */
  readonly end: LogPlace | null;
  /** Public keys as JSON. */
  readonly keys: readonly string[];
}

export interface RenewalStatements {
  /** @returns null if the credential is unknown or revoked */
  renew(renewal: Renewal): Promise<RenewalReading | null>;
}

/** Rows at this place or later are asked for, this place itself excluded. */
export function startOf({ after, applied }: Renewal): LogPlace {
  return after ?? { version: applied + 1, id: '' };
}

/** The answer where nothing can be known: a standby refuses the whole statement. */
export function standbyReading(version: number): RenewalReading {
  return {
    credentialId: '',
    clusterId: '',
    isStandby: true,
    recordedMs: null,
    isRenewed: false,
    databaseNow: 0,
    version,
    generation: 0,
    sessionsSince: 0,
    prunedBefore: new Date(0),
    rows: [],
    end: null,
    keys: [],
  };
}
