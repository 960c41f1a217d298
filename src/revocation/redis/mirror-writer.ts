/** Writes the mirror over one connection: fills it anew, adds missing or new rows, or withdraws the trust in it. */
import { type Clock, freshId, type Randomness } from '../../lib/ambient.js';
import type { BlacklistRow, RevocationState } from '../blacklist.js';
import type { LogDelta } from '../memory/replica.js';
import { formatRecord, type MirrorKeys, type MirrorRecord, parseRecord } from './mirror-record.js';
import { ADVANCE, BEGIN, FORGET, FORGET_TRIAL, PUBLISH, WRITE } from './mirror-scripts.js';
import type { MirrorTable } from './mirror-table.js';
import type { RedisConnection, RedisServer } from './redis-connection.js';
import { UnfitRedis } from './unfit-redis.js';

const PAGE = 1_000;
/** Begins the id of a trial. No token can carry it: the ids of tokens have no colon. */
const TRIAL = 'trial:';
/** Redis removes the row of a trial by itself if the node dies in between. */
const TRIAL_KEPT_MS = 60_000;

export class MirrorWriter {
  /** How often this node has filled the whole mirror. */
  fillings = 0;

  constructor(
    private readonly keys: MirrorKeys,
    readonly table: MirrorTable,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /**
   * Brings the mirror up to the current state of the table, or a later one.
   *
   * @returns the id of the filling that may be trusted on this connection
   * @throws UnfitRedis, or the error of any step; then no filling may be trusted
   */
  async mend(connection: RedisConnection): Promise<string> {
    const server = await connection.inspect();
    assertFit(server);
    await this.#try(connection);
    // Read the record first: it is ahead of a table that is read later only if the table has lost commits.
    const held = await this.#readRecord(connection);
    const state = await this.table.readState();
    if (held !== null && held.clusterId !== clusterOf(state)) {
      throw new UnfitRedis('Redis holds the mirror of another database under these keys:', { advice: 'give each its own REDIS_PREFIX' });
    }
    const isTrue = held !== null && held.id === state.mirrorId && server.runId === state.mirrorRunId && held.version <= state.version;
    if (!isTrue) return this.#fill(connection, server, state);
    const last = await this.table.each(held.version, (rows) => this.#write(connection, rows));
    await this.advance(connection, held.id, { since: held.version, state: last, rows: [] });
    return held.id;
  }

  /**
   * Adds a delta to a filling.
   *
   * @throws if Redis no longer holds that filling, or rows before the delta are missing
   */
  async advance(connection: RedisConnection, id: string, { since, state, rows }: LogDelta): Promise<void> {
    const { version, generation, prunedBefore } = state;
    const [last = [], ...pages] = inPages(rows).reverse();
    for (const page of pages) await this.#write(connection, page);
    const values = [id, ...[since, version, generation, prunedBefore.getTime()].map(String), ...this.#timesOf(last)];
    const answer = await connection.run(ADVANCE, this.#keysOf(last), values);
    if (answer !== 'written') throw new Error(`The mirror in Redis can't follow: ${answer}`);
  }

  /**
   * Withdraws the trust in the mirror: first in the table, so that a node that is filling it fails its last check, then in Redis.
   *
   * @throws if Redis has not acknowledged it
   */
  async withdraw(connection: RedisConnection): Promise<void> {
    const state = await this.table.readState();
    await this.table.distrust();
    await connection.run(FORGET, [this.keys.record, this.keys.mark], [clusterOf(state)]);
  }

  /** While the mirror is being filled there is no record, so no node trusts the half-written rows. */
  async #fill(connection: RedisConnection, { runId }: RedisServer, state: RevocationState): Promise<string> {
    this.fillings += 1;
    const id = freshId(this.randomness);
    const clusterId = clusterOf(state);
    const keys = [this.keys.record, this.keys.mark];
    const mark = await connection.run(BEGIN, keys, [clusterId, id]);
    const last = await this.table.each(0, (rows) => this.#write(connection, rows));
    if (!(await this.table.trust(id, runId, state))) throw new Error('Another node fills the mirror in Redis');
    const record = formatRecord({ ...last, prunedBefore: last.prunedBefore.getTime(), id, clusterId });
    const answer = await connection.run(PUBLISH, keys, [runId, mark, record]);
    // A revocation that failed to reach Redis meanwhile may have withdrawn the trust before there was a record to delete.
    const isTrusted = (await this.table.readState()).mirrorId === id;
    if (answer !== 'published' || !isTrusted) throw new Error('Redis has lost the mirror while it was filled');
    return id;
  }

  /**
   * Writes a revoked id as a revocation does, reads it as a check does, and removes it. The rights of a Redis user can lack any of the
   * three, and an empty blacklist would not show it before the first logout.
   */
  async #try(connection: RedisConnection): Promise<void> {
    const row = { id: `${TRIAL}${freshId(this.randomness)}`, revokedUntil: new Date(this.clock.now() + TRIAL_KEPT_MS) };
    await this.#write(connection, [row]);
    const [, found] = await connection.read([this.keys.record, this.keys.of(row.id)]);
    await connection.run(FORGET_TRIAL, [this.keys.of(row.id)], []);
    if (found === '1') return;
    throw new UnfitRedis('Redis does not return a key that it has just taken:', {
      advice: 'REDIS_URL must lead to one server, not to a proxy in front of several.',
    });
  }

  async #readRecord(connection: RedisConnection): Promise<MirrorRecord | null> {
    const [text] = await connection.read([this.keys.record]);
    return parseRecord(text);
  }

  async #write(connection: RedisConnection, rows: readonly BlacklistRow[]): Promise<void> {
    for (const page of inPages(rows)) await connection.run(WRITE, this.#keysOf(page), this.#timesOf(page));
  }

  #keysOf(rows: readonly BlacklistRow[]): string[] {
    return [this.keys.record, ...rows.map((row) => this.keys.of(row.id))];
  }

  /** For each row its `until`, and its time to live by this node's clock. */
  #timesOf(rows: readonly BlacklistRow[]): string[] {
    const now = this.clock.now();
    return rows.flatMap(({ revokedUntil }) => [String(revokedUntil.getTime()), String(revokedUntil.getTime() - now)]);
  }
}

function assertFit({ role, evictionPolicy }: RedisServer): void {
  if (role !== 'master') throw new UnfitRedis(`Redis is a ${role}:`, { advice: 'REDIS_URL must name the server that takes writes' });
  if (evictionPolicy !== 'noeviction') {
    throw new UnfitRedis(`Redis evicts keys (maxmemory-policy ${evictionPolicy}), and so would un-revoke:`, {
      advice: 'set it to noeviction',
    });
  }
}

function clusterOf({ clusterId }: RevocationState): string {
  return clusterId ?? '-';
}

function inPages(rows: readonly BlacklistRow[]): (readonly BlacklistRow[])[] {
  const pages = [];
  for (let begin = 0; begin < rows.length; begin += PAGE) pages.push(rows.slice(begin, begin + PAGE));
  return pages;
}
