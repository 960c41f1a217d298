/** Sends the reducer's requests to the database and answers each with exactly one event: every statement has its own time-out. */
import type { Log } from '../../lib/log.js';
import type { LogDelta } from '../memory/replica.js';
import type { LeaseEffect, LeaseEvent } from './lease-events.js';
import type { LeaseFigures } from './lease-figures.js';
import type { LeaseStatements, ListedNode } from './lease-statements.js';

type Event = LeaseEvent<LogDelta>;
type Effect<Kind extends LeaseEffect<LogDelta>['kind']> = Extract<LeaseEffect<LogDelta>, { kind: Kind }>;

/** Writes the ids in memory to a database that has lost commits. */
export type Restore = (version: number) => Promise<void>;

/** What the driver asks of the database. */
export type MemberStatements = Pick<LeaseStatements, 'register' | 'refresh' | 'leave' | 'readMembers' | 'removeMember'>;

export function createRequests(...given: ConstructorParameters<typeof LeaseRequests>): LeaseRequests {
  return new LeaseRequests(...given);
}

export class LeaseRequests {
  readonly #known = new Map<string, string>();
  #reading: Promise<unknown> = Promise.resolve();
  readonly #removing = new Set<Promise<void>>();
  #registering: Promise<void> = Promise.resolve();
  #leaving: Promise<void> = Promise.resolve();

  constructor(
    private readonly statements: MemberStatements,
    private readonly restoreLog: Restore,
    private readonly figures: LeaseFigures,
    private readonly log: Log,
    private readonly tell: (event: Event) => void,
  ) {}

  /** Resolves once the row of this node has been deleted, or the attempt has failed. */
  get left(): Promise<void> {
    return this.#leaving;
  }

  register({ memberId, leaseMs }: Effect<'register'>): void {
    // The third argument becomes the cluster id of a database that has none yet.
    const registered = this.statements.register(memberId, leaseMs, memberId);
    this.#registering = registered.catch(() => undefined);
    this.#ask(registered, () => ({ kind: 'registered', memberId }), { kind: 'register-failed', memberId });
  }

  refresh({ memberId, refresh, leaseMs, since }: Effect<'refresh'>): void {
    this.figures.refreshes += 1;
    const refreshed = this.statements.refresh(memberId, refresh, leaseMs, since);
    this.#ask(refreshed, (reply) => ({ kind: 'refreshed', refresh, reply }), { kind: 'refresh-failed', refresh });
  }

  /** Waits for the registration, which could otherwise insert the row again. If the deletion fails, other nodes remove the row later. */
  leave({ memberId }: Effect<'leave'>): void {
    this.#leaving = this.#registering.then(() => this.statements.leave(memberId)).catch(() => undefined);
  }

  restore({ version }: Effect<'restore'>): void {
    this.log.error({ version }, 'the database has lost commits: this node writes the revocations in its memory back');
    this.#ask(this.restoreLog(version), () => ({ kind: 'restored' }), { kind: 'restore-failed' });
  }

  readMembers({ read }: Effect<'read-members'>): void {
    const members = this.statements.readMembers();
    this.#ask(members, (found) => this.#noted(found, { kind: 'members-read', read, members: found }), { kind: 'members-unread', read });
    this.#reading = members.catch(() => undefined);
  }

  removeMember({ memberId, renewals }: Effect<'remove-member'>): void {
    const kind = this.#known.get(memberId) ?? 'node';
    const removing = this.statements
      .removeMember(memberId, renewals)
      .then(
        (isRemoved) => isRemoved && this.log.warn({ memberId }, `a ${kind} that renews its lease no more was removed`),
        (err: unknown) => this.log.debug({ err }, `a dead ${kind} could not be removed`),
      )
      .then(() => void this.#removing.delete(removing));
    this.#removing.add(removing);
  }

  /** Resolves once the members have been read that are being read now, and the dead ones among them are removed. */
  async swept(): Promise<void> {
    // The effects of a read begin the removals before this wait ends: both wait for the same promise, and the effects came first.
    await this.#reading;
    await Promise.all(this.#removing);
  }

  #ask<Answer>(asked: Promise<Answer>, eventOf: (answer: Answer) => Event, failed: Event): void {
    asked.then(
      (answer) => this.tell(eventOf(answer)),
      (err: unknown) => {
        this.log.debug({ err }, 'a statement of the lease failed');
        this.tell(failed);
      },
    );
  }

  /** Logs the members that have joined and left since the last read. */
  #noted(members: readonly ListedNode[], event: Event): Event {
    const present = new Map(members.map(({ memberId, kind }) => [memberId, kind]));
    const verifiers = members.filter(({ kind }) => kind === 'verifier').length;
    const nodes = present.size - verifiers;
    Object.assign(this.figures, { nodes, verifiers });
    for (const [memberId, kind] of present)
      if (!this.#known.has(memberId)) this.log.info({ memberId, nodes, verifiers }, `a ${kind} is there`);
    for (const [memberId, kind] of this.#known)
      if (!present.has(memberId)) this.log.info({ memberId, nodes, verifiers }, `a ${kind} has left`);
    this.#known.clear();
    for (const [memberId, kind] of present) this.#known.set(memberId, kind);
    return event;
  }
}
