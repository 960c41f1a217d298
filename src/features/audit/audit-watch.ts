/**
 * Finds audit events that other nodes have committed: at once when a bell (a NOTIFY message) names them, and by polling, because
 * bells may be lost (R29).
 */

import type { Config } from '../../config/config.js';
import { type Database, TRANSACTION_TIMEOUT_MS } from '../../database/database.js';
import { type OnwardPage, type Position, readOnward } from '../../lib/pages.js';
import type { World } from '../../world.js';
import type { RecordedEvent } from './audit.js';

const LOOK_EVERY_MS = 5_000;
const LOOK_WITHOUT_BELLS_EVERY_MS = 1_000;
const BATCH = 500;
/** A bound on memory: ids beyond it are ignored here, and polling finds their events. */
const MOST_HEARD = 10_000;

/**
 * How long after its instant an event may become visible: its transaction takes time, and the clocks of two nodes may differ by
 * the tolerance either way.
 */
export function latenessMs({ clockToleranceSeconds }: Pick<Config, 'clockToleranceSeconds'>): number {
  return 2 * TRANSACTION_TIMEOUT_MS + 2 * clockToleranceSeconds * 1000;
}

type OnFound = (events: readonly RecordedEvent[]) => void;

interface Needs {
  readonly database: Database;
  /** Whether this node hears the bells of the others. */
  readonly hasBells: () => boolean;
}

export class AuditWatch {
  /** The running watch, if any. */
  #watch: { readonly onFound: OnFound } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #isReading = false;
  readonly #heard = new Set<string>();
  /** The ids already delivered, with their instants, for as long as polling may find them again. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * Starts a watch. Once it has returned, the watch finds every event committed from then on, by any node.
   *
   * @param onFound called with each event once, or again after the clock was set back
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database does not answer
   */
  async begin(onFound: OnFound): Promise<void> {
    const watch = { onFound };
    this.#watch = watch;
    this.#told.clear();
    this.#lookedAt = this.world.clock.now();
    await this.#look(watch, async (rows) => {
      for (const { id, at } of rows) this.#told.set(id, at.getTime());
    });
    if (this.#watch === watch) this.#lookLater(watch);
  }

  end(): void {
    this.#watch = null;
    clearTimeout(this.#timer);
    this.#heard.clear();
  }

  /** Takes the ids of a bell: another node has committed these events. */
  hear(ids: readonly string[]): void {
    if (this.#watch === null || this.#heard.size > MOST_HEARD) return;
    for (const id of ids) this.#heard.add(id);
    if (!this.#isReading) void this.#readHeard();
  }

  /** Returns the events that were not delivered yet, and marks them as delivered. */
  take(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
    if (this.#watch === null) return [];
    const fresh = events.filter(({ id }) => !this.#told.has(id));
    for (const { id, at } of fresh) this.#told.set(id, at.getTime());
    return fresh;
  }

  #lookLater(watch: object): void {
    const pause = this.needs.hasBells() ? LOOK_EVERY_MS : LOOK_WITHOUT_BELLS_EVERY_MS;
    this.#timer = setTimeout(async () => {
      try {
        await this.#look(watch, (rows) => this.#read(rows.map(({ id }) => id)));
      } catch (err) {
        this.world.log.debug({ err }, 'audit events will be looked for again');
      }
      if (this.#watch === watch) this.#lookLater(watch);
    }, pause).unref();
  }

  /**
   * Reads only the index, because this node knows most of the events already. If a poll fails, the next one starts from the same
   * instant.
   */
  async #look(watch: object, take: (rows: readonly Position[]) => Promise<void>): Promise<void> {
    const now = this.world.clock.now();
    const from = new Date(Math.min(now, this.#lookedAt) - latenessMs(this.world.config));
    const read = (page: OnwardPage) =>
      this.needs.database.read((client) => client.auditEvent.findMany({ ...page, select: { id: true, at: true } }));
    for await (const rows of readOnward(from, BATCH, read)) {
      if (this.#watch !== watch) return;
      await take(rows);
    }
    if (this.#watch !== watch) return;
    this.#lookedAt = now;
    for (const [id, at] of this.#told) if (at < from.getTime()) this.#told.delete(id);
  }

  async #readHeard(): Promise<void> {
    this.#isReading = true;
    try {
      while (this.#heard.size > 0) {
        const ids = [...this.#heard].slice(0, BATCH);
        for (const id of ids) this.#heard.delete(id);
        await this.#read(ids);
      }
    } catch (err) {
      this.#heard.clear();
      this.world.log.debug({ err }, 'audit events that were rung for will be looked for');
    } finally {
      this.#isReading = false;
    }
  }

  async #read(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !this.#told.has(id));
    if (unknown.length === 0) return;
    const orderBy = [{ at: 'asc' as const }, { id: 'asc' as const }];
    const rows = await this.needs.database.read((client) => client.auditEvent.findMany({ where: { id: { in: unknown } }, orderBy }));
    this.#watch?.onFound(rows as RecordedEvent[]);
  }
}
