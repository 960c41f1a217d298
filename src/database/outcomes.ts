/** What the failure of a transaction means: run it again, nothing was committed, or nobody knows. */
import { setTimeout as pause } from 'node:timers/promises';
import { CommitUnknown, databaseCodeOf, isConflict, isUndone } from './failures.js';

/** How often a transaction that conflicts with others is tried. */
const TRIES = 5;
const RETRY_PAUSE_MS = 20;

/** Repeats work that conflicts with another transaction. */
export async function again<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || tries === TRIES) throw error;
      // The pause keeps the two transactions from meeting again.
      await pause(tries * RETRY_PAUSE_MS);
    }
  }
}

/**
 * The classes of errors that do not prove that nothing was committed: a lost connection, a stop or a crash of the server, and a failure of its
 * machine. A pooler sends such an error in place of an answer that it has lost.
 */
const WITHOUT_PROOF = /^(08|57P|58|XX)/;

/** Tells a statement that the server has refused from one whose answer was lost: the latter may have been committed. */
export async function withOutcome<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const code = databaseCodeOf(error);
    throw isUndone(error) || (code !== null && !WITHOUT_PROOF.test(code)) ? error : new CommitUnknown(error);
  }
}
