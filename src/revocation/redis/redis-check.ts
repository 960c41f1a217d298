/** REVOCATION_CHECK=redis: each check asks the mirror with one MGET, or the table while the mirror can't be trusted (R27). */
import type { DatabaseCheck } from '../database-check.js';
import { type RevocableToken, type RevocationCheck, type RevocationVerdict, type Standing, verdictOn } from '../revocation-check.js';
import type { Mirror } from './mirror.js';

export class RedisCheck implements RevocationCheck {
  constructor(
    private readonly mirror: Mirror,
    private readonly table: DatabaseCheck,
  ) {}

  async ask(token: RevocableToken): Promise<RevocationVerdict> {
    const standing = await this.mirror.read(token);
    // A new generation reaches the table before Redis, so a token issued after it may be ahead of Redis.
    return standing === null || token.gen > standing.generation ? this.table.ask(token) : this.#judge(token, standing);
  }

  /** The record in Redis does not tell which sessions have ended with a generation, so the table is asked. It can't accept the token. */
  async #judge(token: RevocableToken, standing: Standing): Promise<RevocationVerdict> {
    const verdict = verdictOn(token, standing);
    if (verdict !== 'generation-revoked') return verdict;
    const inTable = await this.table.ask(token).catch(() => verdict);
    return inTable === 'session-revoked' || inTable === 'token-revoked' ? inTable : verdict;
  }
}
