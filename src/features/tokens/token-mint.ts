/** Issues access tokens together with the transaction that stores what is needed to revoke them. */

import type { Database, Transaction } from '../../database/database.js';
import { freshId } from '../../lib/ambient.js';
import type { Origin } from '../../lib/origin.js';
import { KEEP_AFTER_EXPIRY_MS, type Removal, type RevocationState, readState } from '../../revocation/blacklist.js';
import type { Revocations } from '../../revocation/revocations.js';
import type { World } from '../../world.js';
import type { Audit } from '../audit/audit.js';
import type { AccessTokens } from './access-tokens.js';
import type { RefreshToken, TokenPair } from './refresh-tokens.js';
import type { SigningKeys } from './signing-keys.js';

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

/** Opens one transaction and runs the work in it. */
type OpenTransaction<Scope> = <Result>(run: (scope: Scope) => Promise<Result>) => Promise<Result>;

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

  /** Signs a token, then runs the transaction that hands it out. Repeats both if the key or the generation was retired in between (R11). */
  withMinted<Result>(
    order: MintOrder,
    work: (transaction: Transaction, minted: MintedAccessToken, state: RevocationState) => Promise<Result>,
  ): Promise<Result> {
    return this.withMintedIn(
      (run) => this.needs.database.transaction((transaction) => run({ transaction })),
      order,
      ({ transaction }, minted, state) => work(transaction, minted, state),
    );
  }

  /** The same, in a transaction that the caller opens, such as one that also revokes. */
  async withMintedIn<Scope extends { readonly transaction: Transaction }, Result>(
    open: OpenTransaction<Scope>,
    order: MintOrder,
    work: (scope: Scope, minted: MintedAccessToken, state: RevocationState) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const minted = this.#mint(order);
      const outcome = await open(async (scope) => {
        // Read the key before the state: whatever revokes a key or ends all sessions holds up those who read a key.
        const signs = await this.needs.keys.signs(scope.transaction, minted.kid);
        const state = await readState(scope.transaction);
        return signs && state.generation === minted.generation ? { result: await work(scope, minted, state) } : null;
      });
      if (outcome !== null) return outcome.result;
      // This node or another one has changed the key or the generation.
      await Promise.all([this.needs.keys.load(), this.needs.revocations.catchUp()]);
    }
    throw new Error('the signing key or the generation was retired again and again');
  }

  /** Stores the `jti`, so that the token can be revoked while its session continues. */
  async record(
    transaction: Transaction,
    { userId, sessionId }: MintOrder,
    { jti, expiresAt }: MintedAccessToken,
    kind: 'session.started' | 'session.refreshed',
    origin: Origin,
  ): Promise<void> {
    await transaction.accessToken.create({ data: { jti, sessionId, expiresAt: new Date(expiresAt) }, select: { jti: true } });
    await this.needs.audit.record(transaction, { kind, actor: userId, userId, sessionId, ...origin });
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
