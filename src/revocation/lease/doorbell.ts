/**
 * Sends and reads the doorbells ("the log has a new version") and acknowledgements of the nodes, as text on one channel.
 * They may be lost, late or duplicated: they make logouts faster, but no answer depends on them alone (R24).
 */
import type { Log } from '../../lib/log.js';
import type { LeaseEvent } from './lease-events.js';
import type { LeaseStatements } from './lease-statements.js';

type Told = Extract<LeaseEvent<never>, { kind: 'doorbell' | 'acknowledged' }>;

/** Much longer than a doorbell takes; also the pace at which a deaf node tries again. */
const ECHO_WITHIN_MS = 2_000;

export class Doorbell {
  #waiting: number | null = null;
  #isRinging = false;
  #lastEcho = 0;
  readonly #echoes = new Map<number, () => void>();

  constructor(
    private readonly statements: Pick<LeaseStatements, 'tell'>,
    private readonly nodeId: string,
    private readonly log: Log,
  ) {}

  /** Sends one statement at a time. Of the versions that arrive meanwhile, only the newest is sent. */
  ring(version: number): void {
    this.#waiting = Math.max(version, this.#waiting ?? 0);
    if (!this.#isRinging) void this.#ringAll();
  }

  acknowledge(memberId: string, version: number): void {
    this.#tell(`acknowledged ${version} ${memberId}`);
  }

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
      this.#tell(`echo ${number} ${this.nodeId}`);
    });
  }

  /** The event that a payload stands for; null for this node's own message and for an unknown payload. */
  read(payload: string): Told | null {
    const [kind, version, from = ''] = payload.split(' ');
    const number = Number(version);
    if (!Number.isSafeInteger(number) || from === '') return null;
    if (kind === 'echo' && from === this.nodeId) this.#echoes.get(number)?.();
    if (kind === 'doorbell') return from === this.nodeId ? null : { kind, version: number };
    return kind === 'acknowledged' ? { kind, memberId: from, version: number } : null;
  }

  async #ringAll(): Promise<void> {
    this.#isRinging = true;
    while (this.#waiting !== null) {
      const version = this.#waiting;
      this.#waiting = null;
      await this.#tell(`doorbell ${version} ${this.nodeId}`);
    }
    this.#isRinging = false;
  }

  #tell(payload: string): Promise<void> {
    return this.statements
      .tell(payload)
      .catch((err: unknown) => this.log.debug({ err }, 'a doorbell or an acknowledgement could not be sent'));
  }
}
