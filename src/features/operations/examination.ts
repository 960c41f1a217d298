/** Checks everything that the server depends on, for `latchkey doctor`. */

import type { Database } from '../../database/database.js';
import { databaseMessageOf } from '../../database/failures.js';
import type { Mirror } from '../../revocation/redis/mirror.js';
import type { Revocations } from '../../revocation/revocations.js';
import { PromiseBroken, type Trial } from '../../revocation/trial.js';
import type { World } from '../../world.js';
import type { Delivery } from '../mail/delivery.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { Finding } from './finding.js';
import type { NodeExamination } from './node-examination.js';
import { examineVerifiers } from './verifier-examination.js';

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly keys: SigningKeys;
  readonly delivery: Delivery;
  readonly trial: Trial;
  /** Null without Redis. */
  readonly mirror: Mirror | null;
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
      await this.#examinePromise(),
      ...this.#examineMirror(),
      this.#examineKeys(),
      await this.#examineMail(),
      await this.#examineClock(),
      ...((await this.needs.nodes?.run()) ?? []),
      ...(await this.#examineVerifiers()),
    ];
  }

  /** If the database does not answer, another finding says so. */
  #examineVerifiers(): Promise<Finding[]> {
    return examineVerifiers(this.needs.database, this.world.leaseClock.now().wall).catch(() => []);
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

  /** Writes a revocation, reads it as the checks do, and deletes it. */
  async #examinePromise(): Promise<Finding> {
    const check = 'revocation';
    try {
      await this.needs.trial.run();
      return { check, isRight: true, found: 'one was written, read back and deleted', advice: '' };
    } catch (error) {
      if (error instanceof PromiseBroken) return { check, isRight: false, found: error.problem, advice: error.advice };
      return { check, isRight: false, found: databaseMessageOf(error), advice: 'Logouts fail until the database takes writes again.' };
    }
  }

  #examineMirror(): Finding[] {
    const { mirror } = this.needs;
    if (mirror === null) return [];
    const check = 'Redis';
    const { fault, unfit } = mirror;
    if (fault === null) return [{ check, isRight: true, found: 'the mirror is whole', advice: '' }];
    const away = 'Start Redis, or check REDIS_URL and the network. With REVOCATION_CHECK=redis logouts can not be confirmed until then.';
    const found = unfit === null ? fault : fault.replace(unfit.advice, '').replace(/[:\s]*$/, '');
    return [{ check, isRight: false, found, advice: unfit?.advice ?? away }];
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
