/** Tells the other nodes which audit events this one has committed. A bell may be lost, late or doubled: the table is the truth (R29). */

/** NOTIFY carries less than 8,000 bytes; an id takes 23. */
const IDS_IN_A_BELL = 300;
/** More than that wait only while the database does not answer. */
const MOST_WAITING = 10_000;

export class AuditBell {
  /** Told what others have rung for. */
  onRing: (ids: readonly string[]) => void = () => undefined;
  #waiting: string[] = [];
  #isRinging = false;

  constructor(
    private readonly nodeId: string,
    private readonly tell: (payload: string) => Promise<void>,
  ) {}

  /** One statement at a time; what comes meanwhile goes with the next. */
  ring(ids: readonly string[]): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(...ids);
    if (!this.#isRinging) void this.#ringAll();
  }

  /** What was heard on the channel, whatever it is. */
  hear(payload: string): void {
    const [kind, from, ids] = payload.split(' ');
    if (kind === 'events' && from !== this.nodeId && ids !== undefined) this.onRing(ids.split(','));
  }

  async #ringAll(): Promise<void> {
    this.#isRinging = true;
    while (this.#waiting.length > 0) {
      const ids = this.#waiting.splice(0, IDS_IN_A_BELL);
      await this.tell(`events ${this.nodeId} ${ids.join(',')}`).catch(() => undefined);
    }
    this.#isRinging = false;
  }
}
