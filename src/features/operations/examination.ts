/** Looks at what the server depends on, from the inside: `latchkey doctor`. */

import type { Database } from '../../database/database.js';
import type { Clock } from '../../lib/ambient.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { Delivery } from '../mail/delivery.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { Finding } from './finding.js';
import type { NodeExamination } from './node-examination.js';

export class Examination {
  constructor(
    private readonly database: Database,
    private readonly revocations: Revocations,
    private readonly keys: SigningKeys,
    private readonly delivery: Delivery,
    /** Null where there is one node only. */
    private readonly nodes: NodeExamination | null,
    private readonly clock: Clock,
  ) {}

  async run(): Promise<Finding[]> {
    return [
      await this.#examineDatabase(),
      this.#examineBlacklist(),
      this.#examineKeys(),
      await this.#examineMail(),
      await this.#examineClock(),
      ...((await this.nodes?.run()) ?? []),
    ];
  }

  async #examineDatabase(): Promise<Finding> {
    const check = 'database';
    try {
      await this.database.ping();
      const fault = await this.database.findDamage();
      if (fault === null) return { check, isRight: true, found: 'it can be written to, and is whole', advice: '' };
      return { check, isRight: false, found: fault, advice: 'Stop the server and restore the database from a backup.' };
    } catch (error) {
      return {
        check,
        isRight: false,
        found: error instanceof Error ? error.message : 'no answer',
        advice: 'Look at the disk and at the rights of the file in DATABASE_URL, or at the PostgreSQL server there.',
      };
    }
  }

  #examineBlacklist(): Finding {
    const { isKnown, size, version } = this.revocations.replica;
    const found = isKnown ? `${size} revoked ids at version ${version}` : 'its state is not known';
    return { check: 'blacklist', isRight: isKnown, found, advice: isKnown ? '' : 'Nothing is accepted until the database answers again.' };
  }

  #examineKeys(): Finding {
    const { kid, algorithm } = this.keys.current;
    return { check: 'signing keys', isRight: true, found: `${this.keys.list().length} in the ring, ${algorithm} ${kid} signs`, advice: '' };
  }

  async #examineMail(): Promise<Finding> {
    const [{ isReady, found, advice }, waiting] = await Promise.all([
      this.delivery.examine(),
      this.database.read(async (client) => ({
        count: await client.outgoingMail.count(),
        oldest: await client.outgoingMail.findFirst({ orderBy: { createdAt: 'asc' }, select: { createdAt: true } }),
      })),
    ]);
    const backlog = waiting.oldest === null ? 'none waits' : `${waiting.count} wait since ${waiting.oldest.createdAt.toISOString()}`;
    return { check: 'mail', isRight: isReady, found: `${found}; ${backlog}`, advice };
  }

  /** A clock behind what was written already would call new tokens old ones and keep dead ones alive. */
  async #examineClock(): Promise<Finding> {
    const newest = await this.database.read((client) => client.auditEvent.findFirst({ orderBy: { at: 'desc' }, select: { at: true } }));
    const behindSeconds = ((newest?.at.getTime() ?? 0) - this.clock.now()) / 1000;
    const isRight = behindSeconds <= 1;
    const found = new Date(this.clock.now()).toISOString();
    return {
      check: 'clock',
      isRight,
      found,
      advice: isRight ? '' : `It is ${Math.round(behindSeconds)} s behind the newest event in the database. Set it, and keep it with NTP.`,
    };
  }
}
