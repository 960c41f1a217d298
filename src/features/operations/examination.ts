/** Checks everything that the server depends on, for `latchkey doctor`. */

import type { Database } from '../../database/database.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Delivery } from '../mail/delivery.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { Finding } from './finding.js';
import type { NodeExamination } from './node-examination.js';

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly keys: SigningKeys;
  readonly delivery: Delivery;
  /** Null where there is one node only. */
  readonly nodes: NodeExamination | null;
}

export class Examination {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  async run(): Promise<Finding[]> {
    return [
      await this.#examineDatabase(),
      this.#examineBlacklist(),
      this.#examineKeys(),
      await this.#examineMail(),
      await this.#examineClock(),
      ...((await this.needs.nodes?.run()) ?? []),
    ];
  }

  async #examineDatabase(): Promise<Finding> {
    const check = 'database';
    try {
      await this.needs.database.ping();
      const fault = await this.needs.database.findDamage();
      if (fault === null) return { check, isRight: true, found: 'writable and undamaged', advice: '' };
      return { check, isRight: false, found: fault, advice: 'Stop the server and restore the database from a backup.' };
    } catch (error) {
      return {
        check,
        isRight: false,
        found: error instanceof Error ? error.message : 'no answer',
        advice: 'Check the disk and the permissions of the file in DATABASE_URL, or the PostgreSQL server there.',
      };
    }
  }

  #examineBlacklist(): Finding {
    const { isKnown, size, version } = this.needs.revocations.replica;
    const found = isKnown ? `${size} revoked ids at version ${version}` : 'unknown to this node';
    return {
      check: 'blacklist',
      isRight: isKnown,
      found,
      advice: isKnown ? '' : 'This node accepts no token until the database answers again.',
    };
  }

  #examineKeys(): Finding {
    const { kid, algorithm } = this.needs.keys.current;
    return {
      check: 'signing keys',
      isRight: true,
      found: `${this.needs.keys.list().length} in the key ring; ${algorithm} ${kid} signs`,
      advice: '',
    };
  }

  async #examineMail(): Promise<Finding> {
    const [{ isReady, found, advice }, waiting] = await Promise.all([
      this.needs.delivery.examine(),
      this.needs.database.read(async (client) => ({
        count: await client.outgoingMail.count(),
        oldest: await client.outgoingMail.findFirst({ orderBy: { createdAt: 'asc' }, select: { createdAt: true } }),
      })),
    ]);
    const backlog = waiting.oldest === null ? 'none waits' : `${waiting.count} wait since ${waiting.oldest.createdAt.toISOString()}`;
    return { check: 'mail', isRight: isReady, found: `${found}; ${backlog}`, advice };
  }

  /** A clock behind the newest event would treat new tokens as old, and accept expired ones. */
  async #examineClock(): Promise<Finding> {
    const newest = await this.needs.database.read((client) =>
      client.auditEvent.findFirst({ orderBy: { at: 'desc' }, select: { at: true } }),
    );
    const behindSeconds = ((newest?.at.getTime() ?? 0) - this.world.clock.now()) / 1000;
    const isRight = behindSeconds <= 1;
    const found = new Date(this.world.clock.now()).toISOString();
    return {
      check: 'clock',
      isRight,
      found,
      advice: isRight
        ? ''
        : `The clock is ${Math.round(behindSeconds)} s behind the newest event in the database. Set it, and keep it in sync with NTP.`,
    };
  }
}
