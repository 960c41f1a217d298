/** The ring of keys that sign access tokens: made here, kept encrypted, found by `kid` only. */

import type { Database, Transaction } from '../../database/database.js';
import { coalesced } from '../../lib/coalesced.js';
import { KEEP_AFTER_EXPIRY_MS } from '../../revocation/blacklist.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { type KeyRow, makeKeyRow, openKeyRow, type SigningKey, type VerificationKey } from './signing-key-rows.js';
import type { Signer } from './token-statements.js';

/** How long a new key is published before it signs: longer than any cache keeps the published keys. */
export const PUBLISHED_AHEAD_MS = 5 * 60_000;

/** Unknown keys make this node query the database at most once in this time. */
const LOOK_SPACING_MS = 50;

interface Needs {
  readonly database: Database;
  readonly audit: Audit;
  readonly endings: SessionEndings;
}

export class SigningKeys {
  /**
   * Loads the keys of other nodes. Call it before you refuse a key that is not in the ring: another node may have
   * signed a login with it already. Concurrent calls share one query.
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
   * Loads the ring, and makes a key if the ring has none of the configured algorithm to sign with.
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

  /** @returns null for a key that is not, or no longer, in the ring */
  find(kid: string): VerificationKey | null {
    return this.#ring.get(kid) ?? null;
  }

  /** @throws Error for a key that is not in the ring */
  get(kid: string): SigningKey {
    const key = this.#ring.get(kid);
    if (key === undefined) throw new Error('there is no such signing key');
    return key;
  }

  /** The keys of the ring, the latest to become active first. */
  list(): readonly SigningKey[] {
    return [...this.#ring.values()];
  }

  /**
   * Makes a new key and publishes it at once. It signs after five minutes, or at once with `now`.
   * Tokens of the old key stay valid until they expire. If a published key already waits to sign, that one is the new key.
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
   * Removes a leaked key from the ring. When this returns, no token signed with it is accepted, not even
   * one that an attacker signs later (R19).
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
    // The revocation has committed, so a failed reload is no error: `TokenMint` reloads before it hands out a token of this key,
    // and the blacklist refuses the tokens that it has signed.
    await this.load().catch(() => undefined);
    return revoked;
  }

  /** Whether the key signs now, if these are the keys that the database has. */
  signs(kid: string, signers: readonly Signer[]): boolean {
    return signerOf(signers, this.world.clock.now())?.kid === kid;
  }

  /**
   * Deletes retired keys whose tokens have all expired.
   *
   * @returns how many
   */
  async prune(): Promise<number> {
    // Regular reloads also make every node publish the keys of the others, long before they sign.
    if (this.isShared) await this.#reload();
    await this.#retireSuperseded();
    const tokensExpireAt = { lte: new Date(this.world.clock.now() - KEEP_AFTER_EXPIRY_MS) };
    const count = await this.needs.database.transaction(async (transaction) => {
      return (await transaction.signingKey.deleteMany({ where: { tokensExpireAt } })).count;
    });
    if (count > 0) await this.#reload();
    return count;
  }

  /** The key that became active last. It is computed each time, because a published key starts to sign when its time comes. */
  #findCurrent(): SigningKey | undefined {
    const keys = this.list().filter((key) => key.algorithm === this.world.config.signingAlgorithm && key.retiredAt === null);
    return signerOf(keys, this.world.clock.now());
  }

  /** Marks keys that no longer sign as retired, and stores when the last of their tokens expires. */
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

  /** Waits for transactions that hand out tokens: each has read the keys first. Then the expiry of every token is stored. */
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

/** The key that became active last. If none is active yet, the first that will be: a clock that was set back must not stop logins. */
function signerOf<Key extends Signer>(keys: readonly Key[], now: number): Key | undefined {
  const byActivity = [...keys].sort((a, b) => b.activeAt.getTime() - a.activeAt.getTime() || (a.kid < b.kid ? -1 : 1));
  return byActivity.find((key) => key.activeAt.getTime() <= now) ?? byActivity.at(-1);
}

/** The latest `exp` of all access tokens, in milliseconds since the epoch. `aggregate` would read the whole index. */
async function latestExpiry(transaction: Transaction, now: Date): Promise<number> {
  const latest = await transaction.session.findFirst({ orderBy: { accessTokensExpireAt: 'desc' }, select: { accessTokensExpireAt: true } });
  return (latest?.accessTokensExpireAt ?? now).getTime();
}
