/**
 * Sends bells, NOTIFY messages that name the audit events this node has committed: a bell may be lost, late or doubled, so only
 * the table is reliable (R29).
 */

/** NOTIFY carries less than 8,000 bytes; an id takes 23 with its comma. */
const IDS_IN_A_BELL = 300;
/** A bound on memory: so many ids wait only while the database does not answer. */
const MOST_WAITING = 10_000;

interface Needs {
  readonly nodeId: string;
  /** Sends a payload to all nodes. */
  readonly tell: (payload: string) => Promise<void>;
  /** Called with the ids named by a bell of another node. */
  readonly onRing: (ids: readonly string[]) => void;
}

export class AuditBell {
  #waiting: string[] = [];
  #isRinging = false;

  constructor(private readonly needs: Needs) {}

  /** Sends one statement at a time; ids that arrive meanwhile go with the next. */
  ring(ids: readonly string[]): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting.push(...ids);
    if (!this.#isRinging) void this.#ringAll();
  }

  /** Takes any payload of the channel and ignores all but the bells of other nodes. */
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
