/** The verifiers of other services: they register as members, leave, and logouts wait for them (R32, R35). */
import { setTimeout as pause } from 'node:timers/promises';
import type { Database, Transaction } from '../../database/database.js';
import { freshId } from '../../lib/ambient.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Feed } from '../../revocation/feed/feed.js';
import type { Registration } from '../../revocation/lease/feed-messages.js';
import { waitMs } from '../../revocation/lease/lease-state.js';
import type { Members } from '../../revocation/open.js';
import type { World } from '../../world.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';

export const VERIFIERS_PER_CREDENTIAL = 8;
const VERIFIER = 'verifier';
/** The key of PostgreSQL's lock around registrations: any number that no other program takes. A node that stops while it holds it stops only them. */
const LOCK = 7_202_611;

interface Needs {
  readonly database: Database;
  readonly limits: AttemptLimits;
  readonly members: Members;
  readonly feed: Feed;
}

/** Why a verifier could not register. */
type Full = 'all' | 'credential';

export class Verifiers {
  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Makes a member. Its T is on record before its first renewal, and never changes.
   *
   * @param leaseMs the longest lease that it will ask for; T of this node if null
   * @throws LatchkeyError RATE_LIMITED if there are too many, or it registers again and again; BAD_USER_INPUT if `leaseMs` is too long;
   *   UNAUTHENTICATED if the credential was revoked meanwhile; AUTH_UNAVAILABLE
   */
  async register(credentialId: string, leaseMs: number | null): Promise<Registration> {
    const { members, limits, feed } = this.needs;
    await limits.spendVerifier(credentialId);
    members.expect();
    let outcome = await this.#insert(credentialId, leaseMs);
    if (outcome === 'all' || outcome === 'credential') {
      await members.watch();
      outcome = await this.#insert(credentialId, leaseMs);
    }
    if (outcome === 'all' || outcome === 'credential') throw this.#full(outcome);
    feed.countRegistration();
    return outcome;
  }

  /** Deletes a member of the credential. @returns whether it was there */
  async leave(credentialId: string, id: string): Promise<boolean> {
    const where = { id, kind: VERIFIER, credentialId };
    return (await this.needs.database.transaction((transaction) => transaction.node.deleteMany({ where }))).count > 0;
  }

  /**
   * Ends the streams of a revoked credential, and waits until no lease of its members can be alive (R35). The rows stay: a node removes them as
   * it removes those of the dead. Call it after the commit.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if it is not known how long to wait
   */
  async endCredential(credentialId: string): Promise<void> {
    const { leaseClock, log } = this.world;
    const since = leaseClock.now().monotonic;
    const told = this.needs.members.tellRevoked(credentialId);
    told.catch((err: unknown) => log.debug({ err }, 'the other nodes could not be told of a revoked credential'));
    const where = { kind: VERIFIER, credentialId };
    const { _max } = await this.needs.database
      .read((client) => client.node.aggregate({ where, _max: { leaseMs: true } }))
      .catch((error: unknown) => {
        throw LatchkeyError.logoutUnconfirmed(error);
      });
    if (_max.leaseMs === null) return;
    const until = since + waitMs(_max.leaseMs);
    for (let left = until - since; left > 0; left = until - leaseClock.now().monotonic) await pause(Math.ceil(left));
  }

  /** Counts and inserts in one step, so that no two registrations take the last place. */
  #insert(credentialId: string, asked: number | null): Promise<Registration | Full> {
    const { config, clock, randomness } = this.world;
    const longest = config.leaseMs;
    const leaseMs = Math.ceil(asked ?? longest);
    return this.needs.database.transaction(async (transaction) => {
      await this.#lock(transaction);
      const [service, all, own, state] = [
        await transaction.serviceCredential.findUnique({ where: { id: credentialId, revokedAt: null } }),
        await transaction.node.count({ where: { kind: VERIFIER } }),
        await transaction.node.count({ where: { kind: VERIFIER, credentialId } }),
        await transaction.revocationState.findUnique({ where: { id: 1 }, select: { clusterId: true } }),
      ];
      if (service === null) throw LatchkeyError.wrongCredential('CREDENTIAL_INVALID', 'This service credential was revoked.');
      if (own >= VERIFIERS_PER_CREDENTIAL) return 'credential';
      if (all >= config.maxVerifiers) return 'all';
      const id = freshId(randomness);
      const now = new Date(clock.now());
      await transaction.node.create({
        data: { id, kind: VERIFIER, credentialId, renewals: 0, leaseMs, acknowledged: 0, startedAt: now, seenAt: now },
      });
      return { member: id, clusterId: state?.clusterId ?? '', granted: leaseMs };
    });
  }

  /** SQLite runs one transaction at a time. */
  async #lock(transaction: Transaction): Promise<void> {
    if (this.needs.database.isShared) await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
  }

  #full(full: Full): LatchkeyError {
    const { leaseMs, maxVerifiers } = this.world.config;
    const wait = Math.ceil(waitMs(leaseMs) / 1000) + 1;
    const hint = `Those that have died are removed within ${wait} s; \`latchkey nodes\` lists them.`;
    if (full === 'all') return LatchkeyError.rateLimited(`There are ${maxVerifiers} verifiers already: MAX_VERIFIERS. ${hint}`, wait);
    const most = `This credential has ${VERIFIERS_PER_CREDENTIAL} verifiers already, the most there may be. Make another credential for more.`;
    return LatchkeyError.rateLimited(`${most} ${hint}`, wait);
  }
}
