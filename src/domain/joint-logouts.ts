/** Logouts of single sessions that arrive together share a transaction: a hundred at once cost little more than one. */
import type { Database } from '../database/database.js';
import type { Confirmed } from '../revocation/revocations.js';
import type { EndedSession, SessionEnding } from './ending-steps.js';
import type { SessionEndings } from './session-endings.js';

/** More would keep the row of the log from others for too long. */
const LOGOUTS_PER_TRANSACTION = 100;

interface Waiting {
  readonly ending: SessionEnding;
  resolve(done: Confirmed<readonly EndedSession[]>): void;
  reject(failure: unknown): void;
}

export class JointLogouts {
  #waiting: Waiting[] = [];
  #isCommitting = false;

  constructor(
    private readonly database: Database,
    private readonly endings: SessionEndings,
  ) {}

  /**
   * Ends sessions as `SessionEndings.end` does, together with all that wait while another transaction is under way.
   *
   * @returns the sessions that this call ended: one that two calls name is the first one's
   */
  end(ending: SessionEnding): Promise<Confirmed<readonly EndedSession[]>> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ending, resolve, reject });
      if (!this.#isCommitting) void this.#commit();
    });
  }

  /** The next ones go on when these are committed: how long it takes until every node knows of them holds up nobody else. */
  async #commit(): Promise<void> {
    const together = this.#waiting.splice(0, LOGOUTS_PER_TRANSACTION);
    this.#isCommitting = together.length > 0;
    if (!this.#isCommitting) return;
    let isOver = false;
    const goOn = () => {
      if (isOver) return;
      isOver = true;
      void this.#commit();
    };
    try {
      const { result, confirmation } = await this.endings.confirm((steps) => {
        this.database.whenCommitted(steps.transaction, goOn);
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
