/** What the command line may say of the mirror in Redis. */
import { done, LatchkeyError, type Outcome } from '../../lib/errors.js';
import type { MirrorTable } from '../../revocation/redis/mirror-table.js';

export class MirrorAdministration {
  constructor(
    private readonly table: MirrorTable,
    private readonly settings: { readonly revocationCheck: string },
  ) {}

  /**
   * No node checks with Redis any more, so no revocation waits for it.
   *
   * @throws LatchkeyError BAD_USER_INPUT if this one does
   */
  async unmirror(): Promise<Outcome<{ waitsForMirror: boolean }>> {
    if (this.settings.revocationCheck === 'redis') {
      throw LatchkeyError.badInput('This node checks with Redis itself. Start every node with another REVOCATION_CHECK first.');
    }
    await this.table.setWaiting(false);
    return done({ waitsForMirror: false });
  }
}
