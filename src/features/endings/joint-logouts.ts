/** Logouts of single sessions that arrive together share one transaction: a hundred at once cost little more than one. */
import { LatchkeyError } from '../../lib/errors.js';
import type { Confirmed } from '../../revocation/revocation.js';
import type { EndedSession } from './ending-steps.js';
import type { SessionEnding } from './named-endings.js';
import type { SessionEndings } from './session-endings.js';

/** A larger batch would lock the row of the revocation log for too long; other revocations wait for it. */
const LOGOUTS_PER_TRANSACTION = 100;
/** Most transactions take less. While one waits longer for a locked session, the next batch starts without it. */
const GO_ON_AFTER_MS = 250;
const WAITING_LOGOUTS = 1_000;

interface Waiting {
  readonly ending: SessionEnding;
  resolve(done: Confirmed<readonly EndedSession[]>): void;
  reject(failure: unknown): void;
}

interface Needs {
  readonly endings: SessionEndings;
}

export class JointLogouts {
  #waiting: Waiting[] = [];
  #isCommitting = false;

  constructor(private readonly needs: Needs) {}

  /**
   * Ends sessions as `SessionEndings.end` does. Calls that arrive while a transaction runs share the next one.
   *
   * @returns the sessions that this call ended; a session that two calls name counts for the first
   * @throws LatchkeyError AUTH_UNAVAILABLE if too many logouts wait already
   */
  async end(ending: SessionEnding): Promise<Confirmed<readonly EndedSession[]>> {
    if (this.#waiting.length >= WAITING_LOGOUTS) throw LatchkeyError.unavailable(new Error('too many logouts wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ending, resolve, reject });
      if (!this.#isCommitting) void this.#commit();
    });
  }

  /**
   * Commits a batch. The next batch starts when this one has committed, or after `GO_ON_AFTER_MS`.
   * It does not wait until every node knows of this one.
   */
  async #commit(): Promise<void> {
    const together = this.#waiting.splice(0, LOGOUTS_PER_TRANSACTION);
    this.#isCommitting = together.length > 0;
    if (!this.#isCommitting) return;
    let isOver = false;
    const goOn = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(late);
      void this.#commit();
    };
    const late = setTimeout(goOn, GO_ON_AFTER_MS);
    try {
      const endings = together.map(({ ending }) => ending);
      const { result, confirmation } = await this.needs.endings.endEach(endings, goOn);
      for (const [index, { resolve }] of together.entries()) resolve({ result: result[index] ?? [], confirmation });
    } catch (error) {
      for (const { reject } of together) reject(error);
    } finally {
      goOn();
    }
  }
}
