/**
 * The outbox: queues a mail in the transaction that it belongs to, and delivers it after the commit, through restarts and outages
 * of the mail server, until the mail expires.
 */

import type { AnyTransaction, Database, Transaction } from '../../database/database.js';
import { freshId } from '../../lib/ambient.js';
import { SealBroken } from '../../lib/sealing.js';
import type { World } from '../../world.js';
import { type Delivery, DeliveryFailed } from './delivery.js';
import type { Mail } from './mail.js';
import { insertOutgoingMail } from './mail-statements.js';
import { openMail, receiverKeyOf, type SealedRow, sealMail } from './sealed-mail.js';

/** A row that this process may deliver now. */
interface ClaimedMail extends SealedRow {
  /** The attempts so far, including this one. */
  readonly attempts: number;
  readonly expiresAt: Date;
  /** Until then no other process takes the mail. */
  readonly claimedUntil: Date;
}

/** How the outbox treats a queued mail. */
export interface Posting {
  /** The instant from which the mail is of no use. */
  readonly expiresAt: Date;
  /** Whether nobody gets the mail: it makes a request about an unknown address cost as much as one about a known address. */
  readonly isDecoy?: boolean;
}

const AT_ONCE = 4;
const DELIVER_WITHIN_MS = 60_000;
/** Longer than a delivery may take, so that two nodes never send the same mail. */
const CLAIM_MS = 2 * DELIVER_WITHIN_MS;
const FIRST_DELAY_MS = 200;
const DELAY_SPREAD_MS = 600;
const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 3_600_000;
/** How often to read the clock while mails wait: it may have been set, or the machine may have slept. */
const LOOK_AGAIN_MS = 1_000;
const LOOK_SOON_MS = 100;
/** How often to look while no mail is known to wait: another node may have left one. */
const LOOK_IDLE_MS = 60_000;
const LOOK_AFTER_FAILURE_MS = 5_000;
const STOP_WITHIN_MS = 3_000;

interface Needs {
  readonly database: Database;
  readonly delivery: Delivery;
}

export class Outbox {
  /** How many mails were waiting when the outbox last looked. */
  waiting = 0;
  #isRunning = false;
  #soon: NodeJS.Timeout | undefined;
  #later: NodeJS.Timeout | undefined;
  readonly #workers = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  /** Mails that were delivered but whose row remains because the database did not answer: they must not be sent again. */
  readonly #delivered = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** Queues a mail in the transaction that it belongs to, so that neither is committed without the other. */
  async queue(transaction: AnyTransaction, mail: Mail, { expiresAt, isDecoy = false }: Posting): Promise<void> {
    const id = freshId(this.world.randomness);
    const now = new Date(this.world.clock.now());
    const sealed = sealMail({ ...mail, isDecoy }, id, this.world.config.secret, this.world.randomness);
    const receiverKey = receiverKeyOf(mail.to, this.world.config.secret);
    const row = { id, sealed, receiverKey, createdAt: now, attempts: 0, nextAttemptAt: now, expiresAt };
    await this.needs.database.insertIn(transaction, insertOutgoingMail(row));
    this.#lookSoon();
  }

  /** Deletes the undelivered mails to an address, in the transaction that deletes its user. */
  async withdraw(transaction: Transaction, address: string): Promise<void> {
    await transaction.outgoingMail.deleteMany({ where: { receiverKey: receiverKeyOf(address, this.world.config.secret) } });
  }

  /** Starts the delivery of mails; those of earlier runs go first. */
  start(): void {
    this.#isRunning = true;
    this.#look();
  }

  /** Waits a few seconds for deliveries under way; the next start delivers the rest. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#soon);
    clearTimeout(this.#later);
    const patience = setTimeout(() => this.#stopping.abort(), STOP_WITHIN_MS);
    await Promise.all(this.#workers);
    clearTimeout(patience);
  }

  /**
   * Looks at a random moment after the commit. A delivery that began at once would make this answer or the next one slower for a
   * registered address than for an unknown one.
   */
  #lookSoon(): void {
    if (!this.#isRunning) return;
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined;
        this.#look();
      },
      FIRST_DELAY_MS + this.#random() * DELAY_SPREAD_MS,
    );
  }

  #lookLater(delayMs: number): void {
    clearTimeout(this.#later);
    if (this.#isRunning) this.#later = setTimeout(() => this.#look(), delayMs).unref();
  }

  /** Starts one more worker. If all are busy, each looks for more mails before it stops. */
  #look(): void {
    if (!this.#isRunning || this.#workers.size === AT_ONCE) return;
    const worker = this.#work()
      .catch((err: unknown) => {
        this.world.log.warn({ err }, 'the outbox could not be read and will be tried again');
        this.#lookLater(LOOK_AFTER_FAILURE_MS);
      })
      .finally(() => this.#workers.delete(worker));
    this.#workers.add(worker);
  }

  async #work(): Promise<void> {
    for (let mail = await this.#claim(); mail !== null; mail = await this.#claim()) {
      this.#look();
      await this.#attempt(mail);
    }
    const { next, count } = await this.needs.database.read(async (client) => ({
      next: await client.outgoingMail.findFirst({ orderBy: { nextAttemptAt: 'asc' }, select: { nextAttemptAt: true } }),
      count: await client.outgoingMail.count(),
    }));
    this.waiting = count;
    const untilNext = (next?.nextAttemptAt.getTime() ?? 0) - this.world.clock.now();
    this.#lookLater(next === null ? LOOK_IDLE_MS : Math.min(Math.max(untilNext, LOOK_SOON_MS), LOOK_AGAIN_MS));
  }

  /** Claims the mail that has been due longest. It takes a transaction, to run after those that are queueing a mail now. */
  async #claim(): Promise<ClaimedMail | null> {
    if (!this.#isRunning) return null;
    const now = this.world.clock.now();
    const claimedUntil = new Date(now + CLAIM_MS);
    const mail = await this.needs.database.transaction(async (transaction) => {
      const due = await transaction.outgoingMail.findFirst({
        where: { nextAttemptAt: { lte: new Date(now) } },
        orderBy: { nextAttemptAt: 'asc' },
      });
      if (due === null) return null;
      const { count } = await transaction.outgoingMail.updateMany({
        where: { id: due.id, nextAttemptAt: due.nextAttemptAt },
        data: { nextAttemptAt: claimedUntil, attempts: { increment: 1 } },
      });
      return count === 0 ? 'taken' : { ...due, attempts: due.attempts + 1, claimedUntil };
    });
    return mail === 'taken' ? this.#claim() : mail;
  }

  async #attempt(mail: ClaimedMail): Promise<void> {
    if (!this.#delivered.has(mail.id)) {
      const failure = await this.#deliver(mail);
      if (failure !== null) return this.#settle(mail, failure);
      this.#delivered.add(mail.id);
    }
    await this.#remove(mail);
    this.#delivered.delete(mail.id);
  }

  async #deliver(mail: ClaimedMail): Promise<DeliveryFailed | null> {
    if (mail.expiresAt.getTime() <= this.world.clock.now()) return new DeliveryFailed('too late', true);
    try {
      const { isDecoy, ...message } = openMail(mail, this.world.config.secret);
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(DELIVER_WITHIN_MS)]);
      // A decoy waits and is retried like a mail while the mail server is down, so the work in the background costs the same.
      await (isDecoy ? this.needs.delivery.rehearse(message, signal) : this.needs.delivery.deliver(message, signal));
      return null;
    } catch (error) {
      if (error instanceof DeliveryFailed) return error;
      if (error instanceof SealBroken) return new DeliveryFailed('sealed under another LATCHKEY_SECRET', true);
      throw error;
    }
  }

  async #settle(mail: ClaimedMail, { reason, isPermanent }: DeliveryFailed): Promise<void> {
    const { id, attempts, claimedUntil } = mail;
    if (isPermanent) {
      this.world.log.warn({ mail: id, attempts, reason }, 'a mail was given up');
      return this.#remove(mail);
    }
    // A stop has cut the delivery short: the mail server is not at fault, and the next start sends the mail.
    const delayMs = this.#stopping.signal.aborted ? 0 : this.#retryDelayMs(attempts);
    const nextAttemptAt = new Date(this.world.clock.now() + delayMs);
    await this.needs.database.transaction((transaction) =>
      transaction.outgoingMail.updateMany({ where: { id, nextAttemptAt: claimedUntil }, data: { nextAttemptAt } }),
    );
    this.world.log.warn({ mail: id, attempts, reason, nextAttemptAt }, 'a mail could not be delivered and will be tried again');
  }

  async #remove({ id }: ClaimedMail): Promise<void> {
    await this.needs.database.transaction((transaction) => transaction.outgoingMail.deleteMany({ where: { id } }));
  }

  /** Doubles with each attempt, with random jitter, so that mails that failed together are not retried together. */
  #retryDelayMs(attempts: number): number {
    return Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LAST_RETRY_MS) * (0.5 + this.#random() / 2);
  }

  /** From 0 to 1. */
  #random(): number {
    return this.world.randomness.bytes(2).readUInt16BE() / 0xffff;
  }
}
