/** `latchkey/blacklist`: logout for a server that has its own users and issues its own tokens. */
import type { Database } from '../database/database.js';
import type { Clock } from '../lib/ambient.js';
import type { Log } from '../lib/log.js';
import type { Teardown } from '../lib/teardown.js';
import type { Confirmation } from '../revocation/coordinator.js';
import type { LeaseNode } from '../revocation/lease/lease-node.js';
import type { LiveConnections } from '../revocation/live-connections.js';
import type { Confirmed } from '../revocation/revocation.js';
import type { RevocationCheck, RevocationVerdict } from '../revocation/revocation-check.js';
import type { Revocations } from '../revocation/revocations.js';
import { readCounter } from './counters.js';
import { BlacklistUnavailable, toOwn } from './errors.js';
import { type Id, textOf } from './ids.js';
import { JointRevocations } from './joint-revocations.js';
import { removeDead, type Wish } from './revoking.js';
import { idsToRevoke, instantOf, type RevokedIds, type TokenIds, toRevocable } from './token-ids.js';
import { type EndOfWatch, watchToken } from './watching.js';

export interface BlacklistStatus {
  /** `memory`: this process owns the file. `lease`: one of several processes on PostgreSQL. `database`: the database is asked each time. */
  readonly mode: 'memory' | 'lease' | 'database';
  /** How many ids are revoked, as far as this process knows. */
  readonly revokedIds: number;
  /** The version of the log that this process has applied. */
  readonly version: number;
  /** The age of the lease in seconds; null if none is held. An idle process holds none. */
  readonly leaseAgeSeconds: number | null;
  /** Whether this process hears at once of the revocations of others; null where there are no others. */
  readonly isListening: boolean | null;
  /** Why this process could get no lease at its last try; null if it could. */
  readonly fault: string | null;
}

interface Needs {
  readonly database: Database;
  readonly revocations: Revocations;
  readonly check: RevocationCheck;
  readonly connections: LiveConnections;
  /** Null with SQLite. */
  readonly node: LeaseNode | null;
  readonly mode: BlacklistStatus['mode'];
  readonly teardown: Teardown;
}

export class Blacklist {
  #isClosed = false;
  readonly #joint: JointRevocations;

  constructor(
    private readonly world: { readonly log: Log; readonly clock: Clock },
    private readonly needs: Needs,
  ) {
    this.#joint = JointRevocations.over(needs);
  }

  /**
   * Revokes a token by its `jti`, or all tokens of a session by their `sid`. Returns when every process that has opened the blacklist
   * refuses them (R4, R22). To revoke again what is revoked is no error.
   *
   * @throws BlacklistMisuse if there is no id, or `expiresAt` is missing
   * @throws BlacklistUnavailable if nothing was revoked; it is safe to try again
   * @throws RevocationUnconfirmed if the outcome is not known; it is safe to try again
   */
  async revoke(ids: RevokedIds): Promise<Confirmation> {
    const wish = { kind: 'ids', ids: idsToRevoke(ids), lastExpiresAt: instantOf(ids.expiresAt) } as const;
    return (await this.#commit(wish)).confirmation;
  }

  /**
   * Ends every token of a user that carries the current counter or an older one. Returns when every process refuses them.
   *
   * @param expiresAt the latest `exp` of the user's tokens: lets the row be pruned after it. Without it the row is kept until `forgetUser`
   * @returns the counter that the next tokens must carry
   * @throws as `revoke` does
   */
  async endUser(userId: Id, { expiresAt }: { readonly expiresAt?: Date } = {}): Promise<number> {
    const until = expiresAt === undefined ? {} : { lastExpiresAt: instantOf(expiresAt) };
    return (await this.#commit({ kind: 'end-user', user: textOf('user', userId), ...until })).result;
  }

  /**
   * The counter that new tokens of a user must carry, as the database has it now. It is 0 for a user who was never ended.
   *
   * @throws BlacklistUnavailable
   */
  async counterOf(userId: Id): Promise<number> {
    const user = textOf('user', userId);
    return this.#own(() => this.needs.database.read((client) => readCounter(client, user)));
  }

  /**
   * For a user who is deleted: ends the tokens, and lets what is kept of the user be pruned after the latest `exp` of them. One small row
   * without the id stays, so that a user who gets the same id later begins with a counter of its own.
   *
   * @throws as `revoke` does
   */
  async forgetUser(userId: Id, { expiresAt }: { readonly expiresAt: Date }): Promise<void> {
    await this.#commit({ kind: 'forget-user', user: textOf('user', userId), lastExpiresAt: instantOf(expiresAt) });
  }

  /**
   * Whether a verified token is revoked. Answers at once in memory; otherwise with a promise, which `await` covers as well.
   *
   * @throws BlacklistMisuse if the token has no id, or one that is none
   * @throws BlacklistUnavailable if it can't be known (thrown, or the promise is rejected): answer with 503, never accept
   */
  isRevoked(token: TokenIds): boolean | Promise<boolean> {
    const revocable = toRevocable(token);
    if (this.#isClosed) throw closed();
    try {
      const verdict = this.needs.check.ask(revocable);
      return typeof verdict === 'string' ? isRefused(verdict) : verdict.then(isRefused, rethrow);
    } catch (error) {
      throw toOwn(error);
    }
  }

  /**
   * Calls `end` once: when the token is revoked, before `revoke` has answered anywhere; when it expires; when this process can't know.
   * Call it in the same turn in which `isRevoked` has answered false, and call the result when the connection is closed.
   *
   * @param end synchronous: the connection must take nothing more once it has returned
   */
  watch(token: TokenIds, end: (cause: EndOfWatch) => void): () => void {
    const revocable = toRevocable(token);
    if (this.#isClosed) throw closed();
    return watchToken({ ...this.needs, ...this.world, replica: this.needs.revocations.replica }, revocable, end);
  }

  /** Removes the rows whose tokens have expired. It runs by itself every ten minutes. @returns how many rows were removed */
  async prune(): Promise<number> {
    return this.#own(() => this.needs.revocations.prune(removeDead(this.needs.database)));
  }

  get status(): BlacklistStatus {
    const { mode, node, revocations } = this.needs;
    const { size, version } = revocations.replica;
    const leaseAgeSeconds = node?.leaseAgeSeconds ?? null;
    const fault = mode === 'lease' && leaseAgeSeconds === null ? (node?.state.fault ?? null) : null;
    return { mode, revokedIds: size, version, leaseAgeSeconds, isListening: node?.isListening ?? null, fault };
  }

  /** Ends what is watched, and gives up lease, lock and connections. From the call on, every check is refused. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.needs.connections.endAll('stopping', true);
    await this.needs.teardown.run();
  }

  #commit(wish: Wish): Promise<Confirmed<number>> {
    return this.#own(() => this.#joint.add(wish));
  }

  async #own<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw closed();
    try {
      return await act();
    } catch (error) {
      throw toOwn(error);
    }
  }
}

function isRefused(verdict: RevocationVerdict): boolean {
  return verdict !== 'live';
}

function rethrow(error: unknown): never {
  throw toOwn(error);
}

function closed(): BlacklistUnavailable {
  return new BlacklistUnavailable(new Error('this blacklist was closed'));
}
