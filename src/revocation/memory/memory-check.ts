/** REVOCATION_CHECK=memory: looks the token up in this process, without a query; exact because one process owns the database (R16). */
import type { RevocableToken, RevocationCheck, RevocationVerdict } from '../revocation-check.js';
import type { Revocations } from '../revocations.js';

export class MemoryCheck implements RevocationCheck {
  constructor(private readonly revocations: Revocations) {}

  ask(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict> {
    const { replica } = this.revocations;
    return replica.isKnown ? replica.verdictOn(token) : this.#askAfterRecovery(token);
  }

  async #askAfterRecovery(token: RevocableToken): Promise<RevocationVerdict> {
    await this.revocations.recover();
    return this.revocations.replica.verdictOn(token);
  }
}
