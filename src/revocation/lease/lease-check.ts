/** REVOCATION_CHECK=lease: a look-up in memory as long as a lease holds, else one refresh for all who ask (R21). */
import type { LeaseClock } from '../../lib/ambient.js';
import type { RevocableToken, RevocationCheck, RevocationVerdict } from '../revocation-check.js';
import type { Revocations } from '../revocations.js';
import { answersAtOnce } from './lease.js';
import type { LeaseNode } from './lease-node.js';

export class LeaseCheck implements RevocationCheck {
  constructor(
    private readonly node: LeaseNode,
    private readonly revocations: Revocations,
    private readonly clock: LeaseClock,
  ) {}

  ask(token: RevocableToken): RevocationVerdict | Promise<RevocationVerdict> {
    const { replica } = this.revocations;
    if (answersAtOnce(this.node.state, this.clock.now()) && token.gen <= replica.generation) return replica.verdictOn(token);
    const waiting = this.node.check();
    // Another node has begun a new generation and answered a login since the last refresh.
    const isFromFuture = token.gen > replica.generation;
    if (waiting === undefined && !isFromFuture) return replica.verdictOn(token);
    return this.#askLater(token, waiting);
  }

  async #askLater(token: RevocableToken, waiting: Promise<void> | undefined): Promise<RevocationVerdict> {
    await waiting;
    const { replica } = this.revocations;
    if (token.gen > replica.generation) await this.revocations.catchUp();
    return replica.verdictOn(token);
  }
}
