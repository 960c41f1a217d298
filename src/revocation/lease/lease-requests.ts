/** What the reducer wants of the database: asked at once, and told to it as exactly one event each, since every statement has a time-out of its own. */
import type { Log } from '../../lib/log.js';
import type { LogDelta } from '../memory/replica.js';
import type { LeaseEffect, LeaseEvent } from './lease-events.js';
import type { LeaseFigures } from './lease-figures.js';
import type { LeaseStatements, ListedNode } from './lease-statements.js';

type Event = LeaseEvent<LogDelta>;
type Effect<Kind extends LeaseEffect<LogDelta>['kind']> = Extract<LeaseEffect<LogDelta>, { kind: Kind }>;

/** Writes what memory holds into a database that has lost commits. */
export type Restore = (version: number) => Promise<void>;

export function createRequests(...given: ConstructorParameters<typeof LeaseRequests>): LeaseRequests {
  return new LeaseRequests(...given);
}

export class LeaseRequests {
  readonly #known = new Set<string>();
  #registering: Promise<void> = Promise.resolve();
  #leaving: Promise<void> = Promise.resolve();

  constructor(
    private readonly statements: LeaseStatements,
    private readonly restoreLog: Restore,
    private readonly figures: LeaseFigures,
    private readonly log: Log,
    private readonly tell: (event: Event) => void,
  ) {}

  /** When the row of this node has been deleted, as far as it could be. */
  get left(): Promise<void> {
    return this.#leaving;
  }

  register({ memberId, leaseMs }: Effect<'register'>): void {
    // A name for a database that has none, in case this node is the first that wants one.
    const registered = this.statements.register(memberId, leaseMs, memberId);
    this.#registering = registered.catch(() => undefined);
    this.#ask(registered, () => ({ kind: 'registered', memberId }), { kind: 'register-failed', memberId });
  }

  refresh({ memberId, refresh, leaseMs, since }: Effect<'refresh'>): void {
    this.figures.refreshes += 1;
    const refreshed = this.statements.refresh(memberId, refresh, leaseMs, since);
    this.#ask(refreshed, (reply) => ({ kind: 'refreshed', refresh, reply }), { kind: 'refresh-failed', refresh });
  }

  /** After the registration, which would else bring the row back. If it fails the others take the row away. */
  leave({ memberId }: Effect<'leave'>): void {
    this.#leaving = this.#registering.then(() => this.statements.leave(memberId)).catch(() => undefined);
  }

  restore({ version }: Effect<'restore'>): void {
    this.log.error({ version }, 'the database has lost commits: what is remembered here is written again');
    this.#ask(this.restoreLog(version), () => ({ kind: 'restored' }), { kind: 'restore-failed' });
  }

  readMembers({ read }: Effect<'read-members'>): void {
    const members = this.statements.readMembers();
    this.#ask(members, (found) => this.#noted(found, { kind: 'members-read', read, members: found }), { kind: 'members-unread', read });
  }

  removeMember({ memberId, renewals }: Effect<'remove-member'>): void {
    this.statements.removeMember(memberId, renewals).then(
      (isRemoved) => isRemoved && this.log.warn({ memberId }, 'a node that renews its lease no more was removed'),
      (err: unknown) => this.log.debug({ err }, 'a dead node could not be removed'),
    );
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

  /** Logs who has come and gone since the last look. */
  #noted(members: readonly ListedNode[], event: Event): Event {
    const present = new Set(members.map(({ memberId }) => memberId));
    const nodes = present.size;
    this.figures.nodes = nodes;
    for (const memberId of present) if (!this.#known.has(memberId)) this.log.info({ memberId, nodes }, 'a node is there');
    for (const memberId of this.#known) if (!present.has(memberId)) this.log.info({ memberId, nodes }, 'a node has left');
    this.#known.clear();
    for (const memberId of present) this.#known.add(memberId);
    return event;
  }
}
