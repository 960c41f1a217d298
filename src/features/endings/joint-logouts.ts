/** Logouts of single sessions that arrive together share a transaction: a hundred at once cost little more than one. */
import type { Database } from '../../database/database.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Confirmed } from '../../revocation/revocations.js';
import type { EndedSession, SessionEnding } from './ending-steps.js';
import type { SessionEndings } from './session-endings.js';

/** More would keep the row of the log from others for too long. */
const LOGOUTS_PER_TRANSACTION = 100;
/** Transactions are quicker, unless another one keeps a session of theirs: the logouts behind them must not wait for that. */
const GO_ON_AFTER_MS = 250;
const WAITING_LOGOUTS = 1_000;

interface Waiting {
  readonly ending: SessionEnding;
  resolve(done: Confirmed<readonly EndedSession[]>): void;
  reject(failure: unknown): void;
}

interface Needs {
  readonly database: Database;
  readonly endings: SessionEndings;
}

export class JointLogouts {
  #waiting: Waiting[] = [];
  #isCommitting = false;

  constructor(private readonly needs: Needs) {}

  /**
   * Ends sessions as `SessionEndings.end` does, together with all that wait while another transaction is under way.
   *
   * @returns the sessions that this call ended: one that two calls name is the first one's
   * @throws LatchkeyError AUTH_UNAVAILABLE if too many wait
   */
  async end(ending: SessionEnding): Promise<Confirmed<readonly EndedSession[]>> {
    if (this.#waiting.length >= WAITING_LOGOUTS) throw LatchkeyError.unavailable(new Error('too many logouts wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ending, resolve, reject });
      if (!this.#isCommitting) void this.#commit();
    });
  }

  /** The next ones go on when these are committed, or late: how long it takes until every node knows of them holds up nobody else. */
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
      const { result, confirmation } = await this.needs.endings.confirm((steps) => {
        this.needs.database.whenCommitted(steps.transaction, goOn);
        return steps.endEach(
          'LOGOUT',
          together.map(({ ending }) => ending),
        );
      });
      for (const [index, { resolve }] of together.entries()) resolve({ result: result[index] ?? [], confirmation });
    } catch (error) {
      for (const { reject } of together) reject(error);
    } finally {
      goOn();
    }
  }
}
