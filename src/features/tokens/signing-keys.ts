/** The ring of keys that sign access tokens: made here, kept encrypted, found by `kid` only. */

import type { Database, Transaction } from '../../database/database.js';
import { coalesced } from '../../lib/coalesced.js';
import { KEEP_AFTER_EXPIRY_MS } from '../../revocation/blacklist.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { type KeyRow, makeKeyRow, openKeyRow, type SigningKey, type VerificationKey } from './signing-key-rows.js';

/** For so long a new key is published before it signs: longer than any cache keeps the published keys. */
export const PUBLISHED_AHEAD_MS = 5 * 60_000;

/** How often unknown keys make this node look into the database, at most. */
const LOOK_SPACING_MS = 50;

interface Needs {
  readonly database: Database;
  readonly audit: Audit;
  readonly endings: SessionEndings;
}

export class SigningKeys {
  /**
   * Takes in the keys of other nodes. Who asks for a key that is not in the ring must call it before saying so: a login that another node
   * has answered may be signed with it. However many ask at the same time, the database is asked once.
   *
   * @throws LatchkeyError AUTH_UNAVAILABLE
   */
  readonly refresh: () => Promise<void>;
  #ring = new Map<string, SigningKey>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {
    this.refresh = coalesced(() => this.#reload(), LOOK_SPACING_MS);
  }

  /** Whether other nodes may have changed the ring. */
  get isShared(): boolean {
    return this.needs.database.isShared;
  }

  /**
   * Loads the ring, and makes a key if none of the configured algorithm is there to sign with.
   *
   * @throws WrongSecret
   */
  async load(): Promise<void> {
    await this.#reload();
    if (this.#findCurrent() === undefined) await this.#add('server', this.world.clock.now());
  }

  /** The key that signs new tokens. */
  get current(): SigningKey {
    const current = this.#findCurrent();
    if (current === undefined) throw new Error('the signing keys are not loaded');
    return current;
  }

  /** @returns null for a key that is not ours, or not any more */
  find(kid: string): VerificationKey | null {
    return this.#ring.get(kid) ?? null;
  }

  /** @throws Error for a key that is not in the ring */
  get(kid: string): SigningKey {
    const key = this.#ring.get(kid);
    if (key === undefined) throw new Error('there is no such signing key');
    return key;
  }

  /** The one that became, or will become, active last comes first. */
  list(): readonly SigningKey[] {
    return [...this.#ring.values()];
  }

  /**
   * Makes a new key. It is published at once and signs after five minutes, or at once if asked; tokens of the one before it
   * stay valid until they expire. A key that waits for its time already is the new key.
   */
  async rotate(actor: string, { now = false }: { readonly now?: boolean } = {}): Promise<SigningKey> {
    if (this.isShared) await this.#reload();
    const instant = this.world.clock.now();
    const waiting = this.list().find((key) => key.activeAt.getTime() > instant && key.algorithm === this.world.config.signingAlgorithm);
    if (waiting === undefined) return this.#add(actor, now ? instant : instant + PUBLISHED_AHEAD_MS);
    if (!now) return waiting;
    await this.needs.database.transaction(async (transaction) => {
      await transaction.signingKey.update({ where: { kid: waiting.kid }, data: { activeAt: new Date(instant) } });
      await this.needs.audit.record(transaction, { kind: 'signing-key.rotated', actor, reason: waiting.kid });
    });
    await this.#reload();
    await this.#retireSuperseded();
    return this.get(waiting.kid);
  }

  /**
   * Takes a key out of the ring because it has leaked: nothing that it signed, or is said to have signed, is accepted when this returns (R19).
   *
   * @returns false if there is no such key
   */
  async revoke(kid: string, actor: string): Promise<boolean> {
    if (this.isShared) await this.#reload();
    if (!this.#ring.has(kid)) return false;
    const instant = new Date(this.world.clock.now());
    const substitute = this.current.kid === kid ? await this.#makeRow(instant) : null;
    const revoked = await this.needs.endings.commit(async (steps) => {
      await this.#waitForMints(steps.transaction);
      const { count } = await steps.transaction.signingKey.deleteMany({ where: { kid } });
      if (count === 0) return false;
      if (substitute !== null) await steps.transaction.signingKey.create({ data: substitute });
      steps.revokeKey(kid, await latestExpiry(steps.transaction, instant));
      await this.needs.audit.record(steps.transaction, { kind: 'signing-key.revoked', actor, reason: kid });
      return true;
    });
    // It is done. What could not be read again is found out by whoever mints with the key, or shows a token of it.
    await this.load().catch(() => undefined);
    return revoked;
  }

  /** Whether the key still signs, asked inside the transaction that hands out what it signed. */
  async signs(transaction: Transaction, kid: string): Promise<boolean> {
    const rows = await transaction.signingKey.findMany({
      where: { alg: this.world.config.signingAlgorithm, retiredAt: null },
      select: { kid: true, activeAt: true },
    });
    return signerOf(rows, this.world.clock.now())?.kid === kid;
  }

  /**
   * Forgets retired keys that no living token was signed with.
   *
   * @returns how many
   */
  async prune(): Promise<number> {
    // Also so that every node publishes the keys of all, long before they sign.
    if (this.isShared) await this.#reload();
    await this.#retireSuperseded();
    const tokensExpireAt = { lte: new Date(this.world.clock.now() - KEEP_AFTER_EXPIRY_MS) };
    const count = await this.needs.database.transaction(async (transaction) => {
      return (await transaction.signingKey.deleteMany({ where: { tokensExpireAt } })).count;
    });
    if (count > 0) await this.#reload();
    return count;
  }

  /** The key that became active last, asked each time: a key that was published ahead begins to sign when its time has come. */
  #findCurrent(): SigningKey | undefined {
    const keys = this.list().filter((key) => key.algorithm === this.world.config.signingAlgorithm && key.retiredAt === null);
    return signerOf(keys, this.world.clock.now());
  }

  /** Writes down of keys that sign no more when the last of their tokens expires. */
  async #retireSuperseded(): Promise<void> {
    const retiredAt = new Date(this.world.clock.now());
    const current = this.current;
    const superseded = this.list().filter(
      (key) => key.retiredAt === null && key.kid !== current.kid && key.activeAt.getTime() <= retiredAt.getTime(),
    );
    if (superseded.length === 0) return;
    await this.needs.database.transaction(async (transaction) => {
      await this.#waitForMints(transaction);
      const tokensExpireAt = new Date(await latestExpiry(transaction, retiredAt));
      const kids = superseded.map(({ kid }) => kid);
      await transaction.signingKey.updateMany({ where: { kid: { in: kids }, retiredAt: null }, data: { retiredAt, tokensExpireAt } });
    });
    await this.#reload();
  }

  /** Every transaction that hands out a token has read the keys first: when none is under way, all tokens of a key are known. */
  #waitForMints(transaction: Transaction): Promise<void> {
    return this.needs.database.lockTable(transaction, 'SigningKey');
  }

  async #add(actor: string, activeAt: number): Promise<SigningKey> {
    const row = await this.#makeRow(new Date(activeAt));
    await this.needs.database.transaction(async (transaction) => {
      await transaction.signingKey.create({ data: row });
      await this.needs.audit.record(transaction, { kind: 'signing-key.rotated', actor, reason: row.kid });
    });
    await this.#reload();
    await this.#retireSuperseded();
    return this.get(row.kid);
  }

  #makeRow(activeAt: Date): Promise<KeyRow> {
    return makeKeyRow(this.world.config, activeAt, new Date(this.world.clock.now()), this.world.randomness);
  }

  async #reload(): Promise<void> {
    const rows = await this.needs.database.read((client) =>
      client.signingKey.findMany({ orderBy: [{ activeAt: 'desc' }, { kid: 'asc' }] }),
    );
    this.#ring = new Map(rows.map((row) => [row.kid, openKeyRow(row, this.world.config.secret)]));
  }
}

/** The key that became active last; the first to become so when none is yet: a clock that was set back must not silence the server. */
function signerOf<Key extends { readonly kid: string; readonly activeAt: Date }>(keys: readonly Key[], now: number): Key | undefined {
  const byActivity = [...keys].sort((a, b) => b.activeAt.getTime() - a.activeAt.getTime() || (a.kid < b.kid ? -1 : 1));
  return byActivity.find((key) => key.activeAt.getTime() <= now) ?? byActivity.at(-1);
}

/** The latest `exp` of any access token there is, in milliseconds since the epoch. `aggregate` would read the whole index. */
async function latestExpiry(transaction: Transaction, now: Date): Promise<number> {
  const latest = await transaction.session.findFirst({ orderBy: { accessTokensExpireAt: 'desc' }, select: { accessTokensExpireAt: true } });
  return (latest?.accessTokensExpireAt ?? now).getTime();
}
