/**
 * Sends and hears the doorbells ("the log has a new version", with its rows) and acknowledgements of the nodes, on one channel.
 * They may be lost, late or doubled: they make logouts faster, but no answer depends on them alone (R24).
 */
import type { Log } from '../../lib/log.js';
import { type Acknowledgement, type Bell, joinBells, readTold, type Told, writeAcknowledgement, writeBell } from './bell-text.js';
import { oneAtATime } from './one-at-a-time.js';

/** Much longer than a doorbell takes; also the pace at which a deaf node tries again. */
const ECHO_WITHIN_MS = 2_000;

interface Needs {
  readonly nodeId: string;
  /** Sends a text to all nodes. */
  readonly tell: (text: string) => Promise<void>;
}

export class Doorbell {
  #lastEcho = 0;
  readonly #echoes = new Map<number, () => void>();
  /** Tells the other nodes of a version. */
  readonly ring = oneAtATime<Bell>((bell) => this.#tell(writeBell(bell, this.needs.nodeId)), joinBells);
  /** By member: one node relays the acknowledgements of several verifiers (R33). A later one is of a later version and stands for the earlier. */
  readonly #acknowledge = oneAtATime<ReadonlyMap<string, Acknowledgement>>(
    async (waiting) => {
      await Promise.all([...waiting.values()].map((each) => this.#tell(writeAcknowledgement(each))));
    },
    (earlier, later) => new Map([...earlier, ...later]),
  );

  constructor(
    private readonly world: { readonly log: Log },
    private readonly needs: Needs,
  ) {}

  /** Whether this node hears its own messages. A transaction pooler accepts LISTEN but never delivers a notification. */
  echo(): Promise<boolean> {
    this.#lastEcho += 1;
    const number = this.#lastEcho;
    return new Promise((resolve) => {
      const end = (isHeard: boolean) => {
        clearTimeout(timer);
        this.#echoes.delete(number);
        resolve(isHeard);
      };
      const timer = setTimeout(() => end(false), ECHO_WITHIN_MS).unref();
      this.#echoes.set(number, () => end(true));
      this.#tell(`echo ${this.needs.nodeId} ${number}`);
    });
  }

  acknowledge(acknowledgement: Acknowledgement): void {
    this.#acknowledge(new Map([[acknowledgement.memberId, acknowledgement]]));
  }

  /** The event that a text stands for; null for this node's own doorbell and for what other modules tell. */
  read(text: string): Told | null {
    const [, kind, from = '', content = ''] = /^(\S+) (\S+) (.*)$/s.exec(text) ?? [];
    if (kind === 'echo' && from === this.needs.nodeId) this.#echoes.get(Number(content))?.();
    if (kind === 'doorbell') return from === this.needs.nodeId ? null : readTold(kind, from, content);
    return kind === 'acknowledged' ? readTold(kind, from, content) : null;
  }

  #tell(text: string): Promise<void> {
    return this.needs
      .tell(text)
      .catch((err: unknown) => this.world.log.debug({ err }, 'a doorbell or an acknowledgement could not be sent'));
  }
}
