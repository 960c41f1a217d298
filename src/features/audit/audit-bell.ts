/** Tells the other nodes which audit events this one has committed. A bell may be lost, late or doubled: the table is the truth (R29). */

/** NOTIFY carries less than 8,000 bytes; an id takes 23. */
const IDS_IN_A_BELL = 300;
/** More than that wait only while the database does not answer. */
const MOST_WAITING = 10_000;

interface Needs {
  readonly nodeId: string;
  /** Sends a payload to all nodes. */
  readonly tell: (payload: string) => Promise<void>;
  /** Called with the ids that another node has rung for. */
  readonly onRing: (ids: readonly string[]) => void;
}

export class AuditBell {
  #waiting: string[] = [];
  #isRinging = false;

  constructor(private readonly needs: Needs) {}

  /** One statement at a time; what comes meanwhile goes with the next. */
  ring(ids: readonly string[]): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(...ids);
    if (!this.#isRinging) void this.#ringAll();
  }

  /** What was heard on the channel, whatever it is. */
  hear(payload: string): void {
    const [kind, from, ids] = payload.split(' ');
    if (kind === 'events' && from !== this.needs.nodeId && ids !== undefined) this.needs.onRing(ids.split(','));
  }

  async #ringAll(): Promise<void> {
    this.#isRinging = true;
    while (this.#waiting.length > 0) {
      const ids = this.#waiting.splice(0, IDS_IN_A_BELL);
      await this.needs.tell(`events ${this.needs.nodeId} ${ids.join(',')}`).catch(() => undefined);
    }
    this.#isRinging = false;
  }
}
