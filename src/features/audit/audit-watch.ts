/** Finds the audit events that others have committed: at once when a bell names them, and by looking, because bells may be lost (R29). */

import type { Config } from '../../config/config.js';
import { type Database, TRANSACTION_TIMEOUT_MS } from '../../database/database.js';
import { type OnwardPage, type Position, readOnward } from '../../lib/pages.js';
import type { World } from '../../world.js';
import type { RecordedEvent } from './audit.js';

const LOOK_EVERY_MS = 5_000;
const LOOK_WITHOUT_BELLS_EVERY_MS = 1_000;
const BATCH = 500;
/** Of bells that are not heard, or whose events can't be read, the looking takes care. */
const MOST_HEARD = 10_000;

/** How long after the instant of an event it may come into sight: a transaction takes time, and clocks of nodes differ by the tolerance, both ways. */
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
  /** The watch that goes on, if one does. */
  #watch: { readonly onFound: OnFound } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = 0;
  #isReading = false;
  readonly #heard = new Set<string>();
  /** The ids that were told of, with their instants, for as long as looking may come upon them again. */
  readonly #told = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {}

  /**
   * When it has returned, whatever is committed from then on is found, wherever it is committed.
   *
   * @param onFound called with each event once, or again after the clock was set back
   * @throws LatchkeyError AUTH_UNAVAILABLE if the database can't say what was there before
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

  /** A bell: these were committed by somebody. */
  hear(ids: readonly string[]): void {
    if (this.#watch === null || this.#heard.size > MOST_HEARD) return;
    for (const id of ids) this.#heard.add(id);
    if (!this.#isReading) void this.#readHeard();
  }

  /** Those that were not told of yet; from now on they were. */
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

  /** Reads only the index: of most of what is there every node knows already. If anything fails, the next look begins where this one did. */
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
