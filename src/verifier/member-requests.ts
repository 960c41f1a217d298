/** Carries the reducer's requests out over the feed: a member that is registered, renewed page by page, and left (R36, R37, R42). */
import type { RenewalAnswer } from '../revocation/lease/feed-messages.js';
import type { LeaseEffect, LeaseEvent } from '../revocation/lease/lease-events.js';
import type { BlacklistRow } from '../revocation/memory/log-rows.js';
import type { LogDelta } from '../revocation/memory/replica.js';
import type { FeedClient } from './feed-client.js';
import { replyOf, rowsOf } from './feed-events.js';
import { isRefusal, WrongAnswer } from './feed-failures.js';
import type { Patience } from './patience.js';

type Event = LeaseEvent<LogDelta>;
type Effect<Kind extends LeaseEffect<LogDelta>['kind']> = Extract<LeaseEffect<LogDelta>, { kind: Kind }>;

interface Needs {
  readonly feed: FeedClient;
  readonly patience: Patience;
  /** The lease that the verifier asks for; null for a bounded verifier, which is no member. */
  readonly strictLeaseMs: number | null;
  readonly tell: (event: Event) => void;
  /** Rows of a page that is not the last. */
  readonly takePage: (rows: readonly BlacklistRow[]) => void;
  /** A whole answer, before the reducer gets it. */
  readonly takeAnswer: (answer: RenewalAnswer) => void;
  /** The answer is of another database than those before. Everything that this object tells afterwards is void. */
  readonly onOtherCluster: () => void;
}

interface Member {
  readonly id: string;
  /** The longest lease that it may ask for. */
  readonly granted: number;
  /** The number of its first renewal is this one's successor. */
  readonly before: number;
}

/** The number of a renewal is a 32-bit integer in the database. */
const LARGEST_RENEWAL = 2 ** 31 - 1;
const LEAVE_WITHIN_MS = 2_000;

export function createMemberRequests(...given: ConstructorParameters<typeof MemberRequests>): MemberRequests {
  return new MemberRequests(...given);
}

export class MemberRequests {
  /** By the id that the reducer has given it. The server gives another one. */
  readonly #members = new Map<string, Member>();
  readonly #abort = new AbortController();
  #clusterId: string | null = null;
  #lastRefresh = 0;
  #registering: Promise<void> = Promise.resolve();
  #leaving: Promise<void> = Promise.resolve();

  constructor(private readonly needs: Needs) {}

  /** Resolves once the server has removed the member, or could not be told. */
  get left(): Promise<void> {
    return this.#leaving;
  }

  /** Nothing is told any more. */
  cancel(): void {
    this.#abort.abort(new Error('The verifier has ended this request'));
  }

  register({ memberId }: Effect<'register'>): void {
    const { strictLeaseMs } = this.needs;
    if (strictLeaseMs === null) {
      this.#tell({ kind: 'registered', memberId });
      return;
    }
    const registered = this.needs.patience.try(() => this.#register(memberId, strictLeaseMs));
    this.#registering = registered.then(
      () => undefined,
      () => undefined,
    );
    registered.then(
      () => this.#tell({ kind: 'registered', memberId }),
      () => this.#tell({ kind: 'register-failed', memberId }),
    );
  }

  refresh(effect: Effect<'refresh'>): void {
    const { refresh } = effect;
    this.#lastRefresh = refresh;
    this.needs.patience
      .try(() => this.#refresh(effect))
      .then(
        (event) => event !== null && this.#tell(event),
        (error: unknown) => {
          // The server no longer grants what this member asks for: another one will ask for less.
          const isOver = isRefusal(error, 400);
          this.#tell(isOver ? { kind: 'expelled', refresh } : { kind: 'refresh-failed', refresh });
        },
      );
  }

  /** Waits for the registration, which would otherwise make the member again. If the server can't be told, it removes the member later. */
  leave({ memberId }: Effect<'leave'>): void {
    this.#leaving = this.#registering.then(async () => {
      const member = this.#members.get(memberId);
      this.#members.delete(memberId);
      if (member === undefined) return;
      await this.needs.feed.leave(member.id, AbortSignal.timeout(LEAVE_WITHIN_MS)).catch(() => undefined);
    });
  }

  async #register(memberId: string, leaseMs: number): Promise<void> {
    const { feed } = this.needs;
    const { signal } = this.#abort;
    const registration = await feed.register(leaseMs, signal).catch((error: unknown) => {
      // A server with a shorter `LEASE` refuses to grant so much. It says in its answer what it grants.
      if (isRefusal(error, 400)) return feed.register(null, signal);
      throw error;
    });
    const { member, granted } = registration;
    this.#members.clear();
    this.#members.set(memberId, { id: member, granted, before: this.#lastRefresh });
  }

  /** @returns null if the answer ends this object */
  async #refresh({ refresh, memberId, since, leaseMs }: Effect<'refresh'>): Promise<Event | null> {
    const member = this.#members.get(memberId);
    const isStrict = this.needs.strictLeaseMs !== null;
    const renewal = refresh - (member?.before ?? 0);
    if (isStrict && (member === undefined || renewal > LARGEST_RENEWAL)) return { kind: 'expelled', refresh };
    const asked =
      member === undefined
        ? { applied: since, leaseMs }
        : { member: member.id, renewal, applied: since, leaseMs: Math.min(leaseMs, member.granted) };
    const answer = await this.#readWhole(asked, since);
    if (answer.clusterId !== (this.#clusterId ?? answer.clusterId) && !answer.isStandby) {
      if (!this.#abort.signal.aborted) this.needs.onOtherCluster();
      return null;
    }
    if (this.#abort.signal.aborted) return null;
    if (!answer.isStandby) this.#clusterId = answer.clusterId;
    if (!answer.isStandby && answer.version >= since) this.needs.takeAnswer(answer);
    return { kind: 'refreshed', refresh, reply: replyOf(answer, since, isStrict) };
  }

  /** The rows of all pages but the last are in memory when it returns: rows only ever add to what is refused. */
  async #readWhole(asked: Parameters<FeedClient['renew']>[0], since: number): Promise<RenewalAnswer> {
    let answer = await this.needs.feed.renew(asked, this.#abort.signal);
    const isUsable = ({ isStandby, version, clusterId }: RenewalAnswer) =>
      !isStandby && version >= since && clusterId === (this.#clusterId ?? clusterId);
    for (let { cursor } = answer; cursor !== undefined && isUsable(answer); cursor = answer.cursor) {
      this.needs.takePage(rowsOf(answer.rows));
      const { clusterId } = answer;
      answer = await this.needs.feed.renew({ ...asked, cursor }, this.#abort.signal);
      if (answer.cursor === cursor || answer.clusterId !== clusterId) throw new WrongAnswer('The pages do not belong together');
    }
    return answer;
  }

  #tell(event: Event): void {
    if (!this.#abort.signal.aborted) this.needs.tell(event);
  }
}
