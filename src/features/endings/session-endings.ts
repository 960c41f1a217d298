/** The one place that commits endings (R3): blacklist row, session and audit event in one transaction, then memory, then the answer. */
import type { Database } from '../../database/database.js';
import { readState } from '../../revocation/blacklist.js';
import type { Confirmed } from '../../revocation/revocation.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import { beginSteps, type EndedSession, type Ending, type EndingSteps } from './ending-steps.js';
import { endNamed, type SessionEnding, type Shares } from './named-endings.js';

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly audit: Audit;
}

/** Marking a million sessions takes a minute of the database's time. Nothing depends on the marks, so they need not come all at once. */
const MARKED_AT_ONCE = 50_000;

export class SessionEndings {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Runs the steps in one transaction. When it returns, no token that they revoked is accepted (R3, R4).
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED or AUTH_UNAVAILABLE, and whatever the steps throw; then nothing has happened
   */
  async commit<Result>(run: (steps: EndingSteps) => Promise<Result>): Promise<Result> {
    return (await this.confirm(run)).result;
  }

  /** Does the same, and also tells the caller how the revocation was confirmed. */
  confirm<Result>(run: (steps: EndingSteps) => Promise<Result>): Promise<Confirmed<Result>> {
    return this.needs.revocations.commit(async (transaction) => {
      const steps = beginSteps(this.world, { transaction, ...this.needs });
      const result = await run(steps);
      const { entries, endsAll, revokes } = steps;
      return { entries, endsAll, revokes, result };
    });
  }

  /**
   * Ends the sessions that have not ended yet.
   *
   * @returns the sessions that this call ended; none if they were ended before
   */
  end(ending: Ending): Promise<readonly EndedSession[]> {
    return this.commit((steps) => steps.end(ending));
  }

  /**
   * Ends the sessions that each of several callers names, in one short transaction.
   *
   * @param onCommitted called once, in the turn in which the transaction is known to be committed
   */
  endEach(endings: readonly SessionEnding[], onCommitted: () => void): Promise<Confirmed<Shares>> {
    return this.needs.revocations.commitShort(endNamed(this.world, this.needs, endings, onCommitted));
  }

  /**
   * Writes the end into the rows of the sessions that `endAll` has ended, in bounded batches, and at most `MARKED_AT_ONCE` of them: the
   * next pruning goes on. They get no blacklist rows, because the generation of their tokens has ended.
   */
  async markAllEnded(): Promise<void> {
    const { sessionsSince, allEndedAt } = await this.needs.database.read(readState);
    if (allEndedAt === null) return;
    let left = MARKED_AT_ONCE;
    await this.needs.database.inBatches(async (transaction, limit) => {
      if (left <= 0) return { count: 0 };
      left -= limit;
      const where = { endedAt: null, generation: { lt: sessionsSince } };
      const dead = await transaction.session.findMany({ where, select: { id: true }, take: limit });
      const ids = dead.map(({ id }) => id);
      return transaction.session.updateMany({
        where: { id: { in: ids }, endedAt: null },
        data: { endedAt: allEndedAt, endedReason: 'ALL_REVOKED' },
      });
    });
  }
}
