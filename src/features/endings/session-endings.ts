/** The one place that commits endings (R3): blacklist row, session and audit event in one transaction, then memory, then the answer. */
import type { Confirmed, Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import { beginSteps, type EndedSession, type Ending, type EndingSteps } from './ending-steps.js';

interface Needs {
  readonly revocations: Revocations;
  readonly audit: Audit;
}

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
      const steps = beginSteps(this.world, { transaction, audit: this.needs.audit });
      const result = await run(steps);
      const { entries, endsGeneration, revokes } = steps;
      return { entries, endsGeneration, revokes, result };
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
}
