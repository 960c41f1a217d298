/** REVOCATION_CHECK=database: the blacklist table and the state of the log, asked each time. */
import type { Database } from '../database/database.js';
import { readStanding } from './blacklist.js';
import type { RevocableToken, RevocationCheck, RevocationVerdict } from './revocation-check.js';
import type { Revocations } from './revocations.js';

export class DatabaseCheck implements RevocationCheck {
  constructor(
    private readonly revocations: Revocations,
    private readonly database: Database,
  ) {}

  /** What this process remembers has no part in it: another node may have ended a generation, or pruned. */
  async ask({ sid, jti, kid, gen, exp }: RevocableToken): Promise<RevocationVerdict> {
    if (!this.revocations.replica.isKnown) await this.revocations.recover();
    const { isListed, generation, prunedBefore } = await this.database.read((client) => readStanding(client, [sid, jti, kid]));
    if (exp * 1000 <= prunedBefore.getTime()) return 'expired';
    return isListed || gen !== generation ? 'revoked' : 'live';
  }
}
