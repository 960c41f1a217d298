/** Issues access tokens together with the transaction that stores what is needed to revoke them. */

import type { AnyTransaction, Database, Transaction } from '../../database/database.js';
import type { Insert } from '../../database/statement.js';
import { freshId } from '../../lib/ambient.js';
import type { Origin } from '../../lib/origin.js';
import { KEEP_AFTER_EXPIRY_MS, type Removal } from '../../revocation/blacklist.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { AccessTokens } from './access-tokens.js';
import type { RefreshToken, TokenPair } from './refresh-tokens.js';
import type { SigningKeys } from './signing-keys.js';
import { type Issuance, insertAccessToken, readIssuance, readSigners } from './token-statements.js';

/** The user and the session that a token is issued for. */
export interface MintOrder {
  readonly userId: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly sessionExpiresAt: number;
}

export interface MintedAccessToken {
  readonly text: string;
  readonly jti: string;
  readonly kid: string;
  readonly generation: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** The key or the generation of a token was retired before the token was handed out. */
class OutdatedToken extends Error {
  override readonly name = 'OutdatedToken';
}

const ATTEMPTS = 5;

interface Needs {
  readonly database: Database;
  readonly revocations: Pick<Revocations, 'generation' | 'catchUp'>;
  readonly keys: SigningKeys;
  readonly accessTokens: AccessTokens;
  readonly audit: Audit;
}

export class TokenMint {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Signs a token, then runs the work, which commits what is needed to revoke it. Repeats both if the key or the generation was retired in
   * between (R11).
   *
   * @param commit it must call `assertCurrent` or `assertIssuable` in its transaction
   */
  async issue<Result>(order: MintOrder, commit: (minted: MintedAccessToken) => Promise<Result>): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        return await commit(this.#mint(order));
      } catch (error) {
        if (!(error instanceof OutdatedToken)) throw error;
        // This node or another one has changed the key or the generation.
        await Promise.all([this.needs.keys.load(), this.needs.revocations.catchUp()]);
      }
    }
    throw new Error('the signing key or the generation was retired again and again');
  }

  /** @throws OutdatedToken, which rolls the transaction back and makes `issue` begin again */
  assertCurrent({ kid, generation }: MintedAccessToken, now: Issuance): void {
    if (generation !== now.generation || !this.needs.keys.signs(kid, readSigners(now.signers))) throw new OutdatedToken();
  }

  /** Checks the same in a transaction that has not read it yet. @throws OutdatedToken */
  async assertIssuable(transaction: AnyTransaction, minted: MintedAccessToken): Promise<void> {
    const [now] = await this.needs.database.runIn(transaction, readIssuance(this.world.config.signingAlgorithm));
    if (now === undefined) throw new Error('a statement without a table has returned no row');
    this.assertCurrent(minted, now);
  }

  /** The inserts that belong to a token. With its `jti`, the token can be revoked while its session continues. */
  record(
    transaction: AnyTransaction,
    { userId, sessionId }: MintOrder,
    { jti, expiresAt }: MintedAccessToken,
    kind: 'session.started' | 'session.refreshed',
    origin: Origin,
  ): Insert[] {
    return [
      insertAccessToken({ jti, sessionId, expiresAt: new Date(expiresAt) }),
      this.needs.audit.prepare(transaction, { kind, actor: userId, userId, sessionId, ...origin }),
    ];
  }

  /** `exp` is fixed here, before the transaction that stores it (R9), and is never later than the end of the session. */
  #mint({ userId, sessionId, roles, sessionExpiresAt }: MintOrder): MintedAccessToken {
    const jti = freshId(this.world.randomness);
    const { kid } = this.needs.keys.current;
    const { generation } = this.needs.revocations;
    const iat = Math.floor(this.world.clock.now() / 1000);
    const exp = Math.min(iat + this.world.config.accessTokenTtlSeconds, Math.floor(sessionExpiresAt / 1000));
    const text = this.needs.accessTokens.issue({ sub: userId, sid: sessionId, jti, roles, gen: generation, iat, exp });
    return { text, jti, kid, generation, expiresAt: exp * 1000 };
  }
}

/** Deletes the rows of at most `limit` tokens that can no longer be accepted, the oldest first. */
export async function removeDeadAccessTokens(transaction: Transaction, now: number, limit: number): Promise<Removal> {
  const dead = await transaction.accessToken.findMany({
    where: { expiresAt: { lte: new Date(now - KEEP_AFTER_EXPIRY_MS) } },
    orderBy: { expiresAt: 'asc' },
    take: limit,
  });
  const { count } = await transaction.accessToken.deleteMany({ where: { jti: { in: dead.map(({ jti }) => jti) } } });
  return { count, lastExpiresAt: dead.at(-1)?.expiresAt.getTime() ?? 0 };
}

export function pairOf(minted: MintedAccessToken, refreshToken: RefreshToken): TokenPair {
  return { accessToken: minted.text, accessTokenExpiresAt: minted.expiresAt, refreshToken: refreshToken.text };
}
