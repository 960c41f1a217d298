/** Writes each revocation to Redis too: before the answer if any node checks there, otherwise in the background (R27). */
import type { LeaseClock } from '../../lib/ambient.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Commit, Confirmation, Coordinator } from '../coordinator.js';
import type { LogDelta } from '../memory/replica.js';
import type { Mirror } from './mirror.js';

export class MirroredCoordinator implements Coordinator {
  constructor(
    private readonly nodes: Coordinator,
    private readonly mirror: Mirror | null,
    private readonly clock: LeaseClock,
  ) {}

  async confirm(commit: Commit): Promise<Confirmation> {
    const begunAt = this.clock.now().monotonic;
    const brought = this.#bring(commit);
    if (!commit.state.waitsForMirror) {
      brought.catch(() => undefined);
      return this.nodes.confirm(commit);
    }
    const [confirmation] = await Promise.all([this.nodes.confirm(commit), brought]);
    if (confirmation.by !== 'single-node') return confirmation;
    return { ...confirmation, by: 'redis', waitedMs: this.clock.now().monotonic - begunAt };
  }

  take(delta: LogDelta): void {
    this.nodes.take(delta);
  }

  async #bring(commit: Commit): Promise<void> {
    try {
      if (this.mirror === null) throw new Error('A node of this database checks with Redis, and REDIS_URL is not set here');
      await this.mirror.bring(commit);
    } catch (error) {
      throw LatchkeyError.logoutUnconfirmed(error);
    }
  }
}
