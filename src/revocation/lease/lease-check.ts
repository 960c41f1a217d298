/** REVOCATION_CHECK=lease: looks the token up in memory while a lease holds; otherwise all waiting checks share one refresh (R21). */
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
    // Another node has started a new generation and issued this token since the last refresh.
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
