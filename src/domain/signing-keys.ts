/** The ring of keys that sign access tokens: made here, kept encrypted, found by `kid` only. */
import { createPrivateKey, createPublicKey, generateKeyPair, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type Clock, freshId, type Randomness } from '../ambient.js';
import type { Config, SigningAlgorithm } from '../config.js';
import type { Database, Transaction } from '../database/database.js';
import { KEEP_AFTER_EXPIRY_MS } from '../revocation/blacklist.js';
import type { Audit } from './audit.js';
import { openSealed, SealBroken, seal } from './sealing.js';

/** A key that verifies. */
export interface VerificationKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly publicKey: KeyObject;
  readonly publicJwk: JsonWebKey;
}

/** A key of the ring. Only one that is not retired signs. */
export interface SigningKey extends VerificationKey {
  readonly privateKey: KeyObject;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
}

/** The stored keys were encrypted under another LATCHKEY_SECRET. */
export class WrongSecret extends Error {
  override readonly name = 'WrongSecret';

  constructor() {
    super(
      'LATCHKEY_SECRET is not the one that the signing keys in this database were encrypted with. Give the old one back; without it every token must be issued anew.',
    );
  }
}

type KeyRow = { kid: string; alg: string; publicJwk: string; sealedPrivateKey: string; createdAt: Date; retiredAt: Date | null };

const makeKeyPair = promisify(generateKeyPair);

export class SigningKeys {
  #ring = new Map<string, SigningKey>();
  #current: SigningKey | undefined;

  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
    private readonly config: Pick<Config, 'secret' | 'signingAlgorithm'>,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /**
   * Loads the ring, and makes a key if none of the configured algorithm is there to sign with.
   *
   * @throws WrongSecret
   */
  async load(): Promise<void> {
    await this.#reload();
    if (this.#current === undefined) await this.rotate('server');
  }

  /** The key that signs new tokens. */
  get current(): SigningKey {
    if (this.#current === undefined) throw new Error('the signing keys are not loaded');
    return this.#current;
  }

  /** @returns null for a key that is not ours, or not any more */
  find(kid: string): VerificationKey | null {
    return this.#ring.get(kid) ?? null;
  }

  list(): readonly SigningKey[] {
    return [...this.#ring.values()].sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
  }

  /** Makes a new key and retires the one that signs. Tokens of the retired one stay valid until they expire. */
  async rotate(actor: string): Promise<SigningKey> {
    const row = await this.#makeRow();
    await this.database.transaction(async (transaction) => {
      // `aggregate` would read the whole index, and hold up every other writer.
      const latest = await transaction.session.findFirst({
        orderBy: { accessTokensExpireAt: 'desc' },
        select: { accessTokensExpireAt: true },
      });
      const retirement = { retiredAt: row.createdAt, tokensExpireAt: latest?.accessTokensExpireAt ?? row.createdAt };
      await transaction.signingKey.updateMany({ where: { retiredAt: null }, data: retirement });
      await transaction.signingKey.create({ data: row });
      await this.audit.record(transaction, { kind: 'signing-key.rotated', actor, reason: row.kid });
    });
    await this.#reload();
    return this.current;
  }

  /** Whether the key still signs, asked inside the transaction that hands out what it signed. */
  async signs(transaction: Transaction, kid: string): Promise<boolean> {
    return (await transaction.signingKey.count({ where: { kid, retiredAt: null } })) > 0;
  }

  /**
   * Forgets retired keys that no living token was signed with.
   *
   * @returns how many
   */
  async prune(): Promise<number> {
    const tokensExpireAt = { lte: new Date(this.clock.now() - KEEP_AFTER_EXPIRY_MS) };
    const count = await this.database.transaction(async (transaction) => {
      return (await transaction.signingKey.deleteMany({ where: { tokensExpireAt } })).count;
    });
    if (count > 0) await this.#reload();
    return count;
  }

  async #reload(): Promise<void> {
    const rows = await this.database.read((client) => client.signingKey.findMany({ orderBy: { createdAt: 'desc' } }));
    const keys = rows.map((row) => this.#open(row));
    this.#ring = new Map(keys.map((key) => [key.kid, key]));
    this.#current = keys.find((key) => key.retiredAt === null && key.algorithm === this.config.signingAlgorithm);
  }

  async #makeRow(): Promise<KeyRow> {
    const kid = freshId(this.randomness);
    const alg = this.config.signingAlgorithm;
    const pair = alg === 'ES256' ? await makeKeyPair('ec', { namedCurve: 'P-256' }) : await makeKeyPair('rsa', { modulusLength: 2048 });
    const privateKey = JSON.stringify(pair.privateKey.export({ format: 'jwk' }));
    return {
      kid,
      alg,
      publicJwk: JSON.stringify({ ...pair.publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }),
      sealedPrivateKey: seal(privateKey, this.config.secret, purposeOf(kid), this.randomness),
      createdAt: new Date(this.clock.now()),
      retiredAt: null,
    };
  }

  #open(row: KeyRow): SigningKey {
    const publicJwk = JSON.parse(row.publicJwk) as JsonWebKey;
    return {
      kid: row.kid,
      algorithm: row.alg as SigningAlgorithm,
      publicJwk,
      publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }),
      privateKey: createPrivateKey({ key: this.#openPrivateKey(row), format: 'jwk' }),
      createdAt: row.createdAt,
      retiredAt: row.retiredAt,
    };
  }

  #openPrivateKey(row: KeyRow): JsonWebKey {
    try {
      return JSON.parse(openSealed(row.sealedPrivateKey, this.config.secret, purposeOf(row.kid))) as JsonWebKey;
    } catch (error) {
      throw error instanceof SealBroken ? new WrongSecret() : error;
    }
  }
}

function purposeOf(kid: string): string {
  return `signing key ${kid}`;
}
