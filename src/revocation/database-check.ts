/** REVOCATION_CHECK=database: one look-up of the blacklist table each time it is asked. */
import type { Database } from '../database/database.js';
import { findBlacklisted } from './blacklist.js';
import type { RevocableToken, RevocationCheck, RevocationVerdict } from './revocation-check.js';
import type { Revocations } from './revocations.js';

export class DatabaseCheck implements RevocationCheck {
  constructor(
    private readonly revocations: Revocations,
    private readonly database: Database,
  ) {}

  async ask(token: RevocableToken): Promise<RevocationVerdict> {
    const { replica } = this.revocations;
    if (!replica.isKnown) await this.revocations.recover();
    const verdict = replica.verdictWithoutList(token);
    if (verdict !== 'live') return verdict;
    const found = await this.database.read((client) => findBlacklisted(client, [token.sid, token.jti]));
    return found.size > 0 ? 'revoked' : 'live';
  }
}
