/**
 * Streams the audit events of all nodes from the table as they are committed; bells (NOTIFY messages between nodes) only make it
 * faster (R29).
 */
import { EventEmitter } from 'node:events';
import type { Database } from '../../database/database.js';
import { LatchkeyError } from '../../lib/errors.js';
import { createEventQueue, type EventQueue } from '../../lib/event-queue.js';
import { leavable } from '../../lib/leavable.js';
import { type OnwardPage, readOnward } from '../../lib/pages.js';
import type { World } from '../../world.js';
import type { AuditKind, RecordedEvent } from './audit.js';
import { type AuditWatch, latenessMs } from './audit-watch.js';

/** Selects the events and the starting point. */
export interface FeedRequest {
  /** Null for the events of all users, and those about no user. */
  readonly userId: string | null;
  /** Null for all kinds. */
  readonly kinds: readonly AuditKind[] | null;
  /** The id of the last event that the follower received: the feed first delivers those after it. Null to start from now. */
  readonly after: string | null;
}

export type Events = AsyncIterableIterator<RecordedEvent, undefined>;

const EVERYONE = 'everyone';
const PAGE = 100;
/** A bound on memory: the most events that may wait for a slow follower. */
const MOST_WAITING = 10_000;

interface Needs {
  readonly database: Database;
  readonly watch: AuditWatch;
}

export class AuditFeed {
  readonly #told = new EventEmitter().setMaxListeners(0);
  #followers = 0;
  #begun: Promise<void> | null = null;
  #hasBegun = false;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /** The number of followers, once the feed misses no event; 0 before. */
  get followers(): number {
    return this.#hasBegun ? this.#followers : 0;
  }

  /** Delivers events that this node has committed, or has found to be committed by another. */
  tell(events: readonly RecordedEvent[]): void {
    for (const event of this.needs.watch.take(events)) {
      this.#told.emit(EVERYONE, event);
      if (event.userId !== null) this.#told.emit(nameOf(event.userId), event);
    }
  }

  /**
   * Delivers each event at least once, roughly in order of time, and never ends by itself. With `after`, it repeats some events from
   * before that one, because an event that was committed late may be among them.
   *
   * @throws LatchkeyError BAD_USER_INPUT if `after` is none of these events; AUTH_UNAVAILABLE if the database does not answer;
   *   RATE_LIMITED, from the iterator, if too many events wait to be read
   */
  async follow(request: FeedRequest): Promise<Events> {
    const from = request.after === null ? null : await this.#instantOf(request.after, request);
    const arriving = createEventQueue<RecordedEvent>(MOST_WAITING, tooManyWait);
    const name = request.userId === null ? EVERYONE : nameOf(request.userId);
    const put = (event: RecordedEvent) => request.kinds?.includes(event.kind) !== false && arriving.put(event);
    this.#told.on(name, put);
    this.#followers += 1;
    const state = { hasLeft: false };
    const leave = () => {
      if (state.hasLeft) return;
      state.hasLeft = true;
      this.#told.off(name, put);
      arriving.end();
      this.#followers -= 1;
      if (this.#followers === 0) this.#end();
    };
    this.#begun ??= this.needs.watch.begin((events) => this.tell(events));
    const begun = this.#begun;
    try {
      await begun;
      this.#hasBegun = this.#begun === begun;
    } catch (error) {
      if (this.#begun === begun) this.#end();
      leave();
      throw error;
    }
    return leftBy(this.#tellAll(request, from, arriving), leave, state);
  }

  async *#tellAll(
    request: FeedRequest,
    from: Date | null,
    arriving: EventQueue<RecordedEvent>,
  ): AsyncGenerator<RecordedEvent, undefined, void> {
    // Recent events that are read here may also arrive live: remember them, so that none is delivered twice.
    const repeated = new Set<string>();
    if (from !== null) {
      const horizon = this.world.clock.now() - latenessMs(this.world.config);
      for await (const event of this.#since(from, request)) {
        if (event.at.getTime() >= horizon) repeated.add(event.id);
        yield event;
      }
    }
    for (let next = await arriving.next(); !next.done; next = await arriving.next()) {
      if (!repeated.delete(next.value.id)) yield next.value;
    }
    return undefined;
  }

  async *#since(from: Date, request: FeedRequest): AsyncGenerator<RecordedEvent, void, void> {
    const wanted = { ...conditionOf(request), id: { not: request.after ?? '' } };
    const read = ({ where, ...page }: OnwardPage) =>
      this.needs.database.read((client) => client.auditEvent.findMany({ ...page, where: { AND: [wanted, where] } })) as Promise<
        RecordedEvent[]
      >;
    for await (const events of readOnward(from, PAGE, read)) yield* events;
  }

  /** The instant from which to read, early enough to include events that were committed late. */
  async #instantOf(id: string, request: FeedRequest): Promise<Date> {
    const isId = /^[\w-]{22}$/.test(id);
    const event = isId
      ? await this.needs.database.read((client) => client.auditEvent.findFirst({ where: { ...conditionOf(request), id } }))
      : null;
    if (event === null) {
      throw LatchkeyError.badInput('"after" is not an event of this subscription, or has been removed by now. Subscribe without it.');
    }
    return new Date(event.at.getTime() - latenessMs(this.world.config));
  }

  #end(): void {
    this.#begun = null;
    this.#hasBegun = false;
    this.needs.watch.end();
  }
}

function nameOf(userId: string): string {
  return `user ${userId}`;
}

function conditionOf({ userId, kinds }: FeedRequest) {
  return { ...(userId === null ? {} : { userId }), ...(kinds === null ? {} : { kind: { in: [...kinds] } }) };
}

function tooManyWait(): LatchkeyError {
  return LatchkeyError.rateLimited('Too many events wait to be read. Subscribe again, with "after".', 1);
}

/** A generator can't be ended while it awaits an event; this iterator can. */
function leftBy(events: AsyncGenerator<RecordedEvent, undefined, void>, leave: () => void, state: { readonly hasLeft: boolean }): Events {
  const next = async (): Promise<IteratorResult<RecordedEvent, undefined>> => {
    try {
      const event = await events.next();
      return state.hasLeft ? { done: true, value: undefined } : event;
    } catch (error) {
      if (state.hasLeft) return { done: true, value: undefined };
      leave();
      throw error;
    }
  };
  return leavable(next, leave);
}
