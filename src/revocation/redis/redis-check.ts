/** REVOCATION_CHECK=redis: the mirror asked each time, by one MGET, and the table while the mirror can't be believed (R27). */
import type { DatabaseCheck } from '../database-check.js';
import { type RevocableToken, type RevocationCheck, type RevocationVerdict, verdictOn } from '../revocation-check.js';
import type { Mirror } from './mirror.js';

export class RedisCheck implements RevocationCheck {
  constructor(
    private readonly mirror: Mirror,
    private readonly table: DatabaseCheck,
  ) {}

  async ask(token: RevocableToken): Promise<RevocationVerdict> {
    const standing = await this.mirror.read([token.sid, token.jti, token.kid]);
    // A new generation is in the table before it is in Redis, and so may be a login that came after it.
    return standing === null || token.gen > standing.generation ? this.table.ask(token) : verdictOn(token, standing);
  }
}
