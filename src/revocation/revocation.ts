/** What a caller of `Revocations` gives it to commit, and what it gets back. */
import type { Transaction } from '../database/database.js';
import type { Addition, BlacklistEntry } from './blacklist.js';
import type { Confirmation } from './coordinator.js';

/** The ids that a piece of work revokes, and its result. */
export interface Revocation<Result> {
  readonly entries: readonly BlacklistEntry[];
  /** Whether the work ends every session so far, with every token ever issued, of all users. */
  readonly endsAll: boolean;
  /**
   * Whether the work was meant to revoke something. If the ids were revoked before, there are no entries, but the answer still
   * waits: the first revocation may not be in force everywhere yet.
   */
  readonly revokes: boolean;
  readonly result: Result;
}

/** A revocation in one short transaction. Only afterwards it is known what it has revoked. */
export interface ShortRevocation<Result> {
  /** Commits it. @throws LatchkeyError AUTH_UNAVAILABLE; `isCommitUnknown` tells whether it may have been committed nevertheless */
  commit(): Promise<ShortCommit<Result>>;
  /** What a commit has done whose outcome was unknown; null if nothing proves that it happened. */
  findDone(): Promise<Result | null>;
}

export interface ShortCommit<Result> {
  /** What it has added to the log; null if nothing was left to revoke. */
  readonly addition: Addition | null;
  /**
   * Whether it has revoked everything that it named. If not, another revocation has come first, and with PostgreSQL the statement may have
   * read the log from before that one. Only a read after the commit tells what must be in force (R5).
   */
  readonly isWhole: boolean;
  readonly result: Result;
}

/** The result of the work, and how its revocation came into force. */
export interface Confirmed<Result> {
  readonly result: Result;
  readonly confirmation: Confirmation;
}

/** Work in a transaction of Prisma's, which may read and write anything. */
export type Work<Result> = (transaction: Transaction) => Promise<Revocation<Result>>;
