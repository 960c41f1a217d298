/** REVOCATION_CHECK=redis: each check asks the mirror with one MGET, or the table while the mirror can't be trusted (R27). */
import type { DatabaseCheck } from '../database-check.js';
import { type RevocableToken, type RevocationCheck, type RevocationVerdict, verdictOn } from '../revocation-check.js';
import type { Mirror } from './mirror.js';

export class RedisCheck implements RevocationCheck {
  constructor(
    private readonly mirror: Mirror,
    private readonly table: DatabaseCheck,
  ) {}

  async ask(token: RevocableToken): Promise<RevocationVerdict> {
    const standing = await this.mirror.read(token);
    // A new generation reaches the table before Redis, so a token issued after it may be ahead of Redis.
    return standing === null || token.gen > standing.generation ? this.table.ask(token) : verdictOn(token, standing);
  }
}
