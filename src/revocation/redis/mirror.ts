/**
 * Keeps a mirror of the blacklist in Redis, for other programs and for nodes that check there (R26, R27).
 * The table is authoritative; rows that Redis may have lost are written again.
 */
import { setTimeout } from 'node:timers/promises';
import { messageOf } from '../../database/failures.js';
import type { LeaseClock } from '../../lib/ambient.js';
import { coalesced } from '../../lib/coalesced.js';
import type { Log } from '../../lib/log.js';
import type { LogDelta } from '../memory/replica.js';
import type { RevocableToken, Standing } from '../revocation-check.js';
import { type MirrorKeys, parseRecord } from './mirror-record.js';
import type { MirrorWriter } from './mirror-writer.js';
import type { RedisConnection } from './redis-connection.js';
import { UnfitRedis } from './unfit-redis.js';

/** A complete filling and the connection that showed it complete. Another connection may lead to another server. */
interface Whole {
  readonly connection: RedisConnection;
  readonly id: string;
}

const RETRY_AFTER_MS = 250;
/** Checks this often even without a fault: server settings may change, or another node may die between commit and mirror. */
const LOOK_EVERY_MS = 10_000;
/** How long a revocation waits for Redis before it fails, if any node checks there. */
const CONFIRM_WITHIN_MS = 2_000;

export class Mirror {
  /** Checks that the table had to answer instead of Redis. */
  fallbacks = 0;
  /** Set while Redis answers but can't serve as the mirror until the operator acts. */
  unfit: UnfitRedis | null = null;
  /** Concurrent callers share one run, which always begins after the call. */
  readonly #mend: () => Promise<void>;
  readonly #stopping = new AbortController();
  #connection: RedisConnection | null = null;
  #whole: Whole | null = null;
  #fault: string | null = 'it has not been asked yet';
  #catchUp: (() => Promise<void>) | null = null;
  #keeping: Promise<void> = Promise.resolve();

  constructor(
    private readonly createConnection: () => RedisConnection,
    private readonly keys: MirrorKeys,
    private readonly writer: MirrorWriter,
    private readonly clock: LeaseClock,
    private readonly log: Log,
  ) {
    this.#mend = coalesced(() => this.#mendNow(), 0);
  }

  /** Whether the answers of Redis may be trusted. */
  get isWhole(): boolean {
    return this.#whole?.connection.isOpen === true;
  }

  /** Why the answers of Redis may not be trusted, or null. */
  get fault(): string | null {
    return this.isWhole ? null : (this.#fault ?? 'the connection was lost');
  }

  get fillings(): number {
    return this.writer.fillings;
  }

  /** Tries once, then keeps the mirror complete in the background. It does not block the start while Redis is down. */
  async start(): Promise<void> {
    await this.#look();
    this.#keeping = this.#keep();
  }

  /**
   * Declares that this node checks with Redis, so that the revocations of every node wait for the mirror (R27).
   * Call it before the first check.
   *
   * @param catchUp reads the log at intervals: checks in Redis never read it, and so would not notice lost commits (R25)
   */
  async rely(catchUp: () => Promise<void>): Promise<void> {
    this.#catchUp = catchUp;
    await this.writer.table.setWaiting(true);
    // Picks up the revocations that nodes committed before they had to wait for the mirror.
    await this.#look();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#connection?.close();
    await this.#keeping;
  }

  /** @returns null if Redis can't be trusted now and the caller must ask the table */
  async read({ sid, jti, kid }: RevocableToken): Promise<Standing | null> {
    const whole = this.#whole;
    const values = await whole?.connection.read([this.keys.record, ...[sid, jti, kid].map(this.keys.of)]).catch(() => null);
    const [text, session = null, ...others] = values ?? [];
    const record = parseRecord(text);
    if (whole === null || record === null || record.id !== whole.id) {
      this.#lose(whole);
      this.fallbacks += 1;
      return null;
    }
    const { generation, prunedBefore } = record;
    const isTokenListed = others.some((value) => value !== null);
    return { isSessionListed: session !== null, isTokenListed, generation, sessionsSince: null, prunedBefore: new Date(prunedBefore) };
  }

  /**
   * Returns once no program that checks with Redis accepts the tokens that the delta revokes: either Redis holds the rows,
   * or the record is gone and no program trusts Redis.
   *
   * @throws if neither succeeds in time
   */
  async bring(delta: LogDelta): Promise<void> {
    const giveUpAt = this.clock.now().monotonic + CONFIRM_WITHIN_MS;
    while (!(await this.#advance(delta)) && !(await this.#mendOrWithdraw())) {
      if (this.clock.now().monotonic > giveUpAt || this.#stopping.signal.aborted) throw new Error(`Redis: ${this.fault}`);
      await setTimeout(RETRY_AFTER_MS);
    }
  }

  async #keep(): Promise<void> {
    const { signal } = this.#stopping;
    let lookedAt = this.clock.now().monotonic;
    while (!signal.aborted) {
      await setTimeout(RETRY_AFTER_MS, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || (this.isWhole && this.clock.now().monotonic - lookedAt < LOOK_EVERY_MS)) continue;
      await this.#look();
      lookedAt = this.clock.now().monotonic;
    }
  }

  async #look(): Promise<void> {
    const before = this.#fault;
    try {
      if (this.#connection?.isOpen !== true) await this.#connect();
      if (this.#catchUp !== null) {
        await this.writer.table.setWaiting(true);
        await this.#catchUp();
      }
      await this.#mend();
      if (before !== null) this.log.info('the mirror in Redis is whole');
    } catch {
      if (this.#fault !== before && !this.#stopping.signal.aborted)
        this.log.warn({ fault: this.#fault }, 'the mirror in Redis is not whole');
    }
  }

  async #connect(): Promise<void> {
    const connection = this.createConnection();
    this.#connection = connection;
    try {
      await connection.open();
    } catch (error) {
      this.#note(error);
      connection.close();
      throw error;
    }
  }

  async #mendNow(): Promise<void> {
    const connection = this.#connection;
    if (connection?.isOpen !== true) throw new Error('Redis is not connected');
    try {
      const id = await this.writer.mend(connection);
      this.#whole = { connection, id };
      this.#fault = null;
      this.unfit = null;
    } catch (error) {
      this.#whole = null;
      this.#note(error);
      throw error;
    }
  }

  #note(error: unknown): void {
    this.#fault = messageOf(error);
    this.unfit = error instanceof UnfitRedis ? error : null;
  }

  async #advance(delta: LogDelta): Promise<boolean> {
    const whole = this.#whole;
    if (whole === null) return false;
    const isDone = await succeeds(this.writer.advance(whole.connection, whole.id, delta));
    if (!isDone) this.#lose(whole);
    return isDone;
  }

  async #mendOrWithdraw(): Promise<boolean> {
    if (await succeeds(this.#mend())) return true;
    const connection = this.#connection;
    return connection?.isOpen === true && succeeds(this.writer.withdraw(connection));
  }

  #lose(whole: Whole | null): void {
    if (this.#whole === whole) this.#whole = null;
  }
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
