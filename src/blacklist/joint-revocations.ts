/** Commits revocations that arrive together in one transaction: on a shared database each transaction waits for the lock of the log. */
import type { Database } from '../database/database.js';
import { LatchkeyError } from '../lib/errors.js';
import type { Confirmed } from '../revocation/revocation.js';
import type { Revocations } from '../revocation/revocations.js';
import { revokeAll, type Wish } from './revoking.js';

/** So that a transaction stays short. */
const MOST_AT_ONCE = 50;
const MOST_WAITING = 10_000;

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
}

interface Waiting {
  readonly wish: Wish;
  resolve(confirmed: Confirmed<number>): void;
  reject(error: unknown): void;
}

export class JointRevocations {
  #waiting: Waiting[] = [];
  #isCommitting = false;

  static over(needs: Needs): JointRevocations {
    return new JointRevocations(needs);
  }

  private constructor(private readonly needs: Needs) {}

  /** Resolves with the next counter of the user, or 0, once the revocation is in force everywhere. @throws as `Revocations.commit` does */
  add(wish: Wish): Promise<Confirmed<number>> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= MOST_WAITING) return reject(LatchkeyError.unavailable(new Error('too many revocations wait')));
      this.#waiting.push({ wish, resolve, reject });
      this.#commitNext();
    });
  }

  /** The next transaction begins when this one is committed, not when its revocation is in force: that may take as long as a lease. */
  #commitNext(): void {
    if (this.#isCommitting || this.#waiting.length === 0) return;
    this.#isCommitting = true;
    const batch = this.#waiting.splice(0, MOST_AT_ONCE);
    let isOver = false;
    const goOn = () => {
      if (isOver) return;
      isOver = true;
      this.#isCommitting = false;
      this.#commitNext();
    };
    void this.#commit(batch, goOn).finally(goOn);
  }

  async #commit(batch: readonly Waiting[], onCommitted: () => void): Promise<void> {
    const { database, revocations } = this.needs;
    const wishes = batch.map(({ wish }) => wish);
    try {
      const { result, confirmation } = await revocations.commit(revokeAll(database, wishes, onCommitted));
      for (const [index, { resolve }] of batch.entries()) resolve({ result: result[index] ?? 0, confirmation });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      // The others have waited as long already, and nothing of theirs was committed.
      if (error instanceof LatchkeyError) for (const { reject } of this.#waiting.splice(0)) reject(LatchkeyError.unavailable(error));
    }
  }
}
