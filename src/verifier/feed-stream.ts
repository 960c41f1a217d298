/** Follows the events of the feed, and says when they are heard: only after the own echo, while the node hears the other nodes (R41). */
import { setTimeout as pause } from 'node:timers/promises';
import type { FeedBell } from '../revocation/lease/feed-messages.js';
import { createEventLines, type ReceivedEvent } from './event-lines.js';
import { type FeedClient, isRow } from './feed-client.js';

interface Needs {
  readonly feed: Pick<FeedClient, 'listen'>;
  readonly freshText: () => string;
  /** How long the beginning of the stream may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Called at each change. */
  readonly onHearing: (isHearing: boolean) => void;
  readonly onBell: (bell: FeedBell) => void;
}

/** Two heartbeats of the server. */
const LONGEST_SILENCE_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

export function createFeedStream(...given: ConstructorParameters<typeof FeedStream>): FeedStream {
  return new FeedStream(...given);
}

export class FeedStream {
  readonly #stopped = new AbortController();
  #current: AbortController | null = null;
  #isHearing = false;

  constructor(private readonly needs: Needs) {}

  /** Returns at once; the stream is made again whenever it ends. */
  start(): void {
    void this.#follow();
  }

  stop(): void {
    this.#stopped.abort(new Error('The verifier is closed'));
    this.#current?.abort(this.#stopped.signal.reason);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopped;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const hasHeard = await this.#listen().catch(() => false);
      if (hasHeard) pauseMs = FIRST_PAUSE_MS;
      if (!signal.aborted) await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** @returns whether it was heard, once it has ended */
  async #listen(): Promise<boolean> {
    const { feed, freshText, requestTimeoutMs } = this.needs;
    const silence = new AbortController();
    this.#current = silence;
    const abort = () => silence.abort(new Error('The stream is silent'));
    let timer = setTimeout(abort, requestTimeoutMs);
    timer.unref();
    const echo = freshText();
    const lines = createEventLines();
    let isEchoed = false;
    let hasHeard = false;
    try {
      for await (const bytes of await feed.listen(echo, silence.signal)) {
        for (const received of lines.read(bytes)) {
          if (received.event === 'echo') isEchoed = fieldOf(received, 'echo') === echo;
          // A proxy that keeps what it gets, and another one's stream, are not heard.
          else if (isEchoed) this.#take(received);
          hasHeard ||= this.#isHearing;
        }
        clearTimeout(timer);
        // Until the echo has come, bytes prove nothing, and the beginning may not take longer for them.
        timer = setTimeout(abort, isEchoed ? LONGEST_SILENCE_MS : requestTimeoutMs);
        timer.unref();
      }
      return hasHeard;
    } finally {
      clearTimeout(timer);
      this.#hear(false);
    }
  }

  #take(received: ReceivedEvent): void {
    if (received.event === 'hearing') this.#hear(fieldOf(received, 'isHearing') === true);
    const bell = received.event === 'bell' ? bellOf(received) : null;
    if (bell !== null && !this.#stopped.signal.aborted) this.needs.onBell(bell);
  }

  #hear(isHearing: boolean): void {
    if (isHearing === this.#isHearing) return;
    this.#isHearing = isHearing;
    if (!this.#stopped.signal.aborted) this.needs.onHearing(isHearing);
  }
}

function fieldOf({ data }: ReceivedEvent, name: string): unknown {
  return (JSON.parse(data) as Record<string, unknown>)[name];
}

/** A bell that is not understood is none: the next renewal brings what it said. */
function bellOf({ data }: ReceivedEvent): FeedBell | null {
  const bell = JSON.parse(data) as FeedBell;
  const { clusterId, version, since, rows, generation, sessionsSince, prunedBefore } = bell;
  const numbers = [version, generation, sessionsSince, prunedBefore, ...(since === undefined ? [] : [since])];
  const isRight =
    typeof clusterId === 'string' &&
    numbers.every((each) => typeof each === 'number' && Number.isFinite(each)) &&
    (rows === undefined || (Array.isArray(rows) && rows.every(isRow)));
  return isRight ? bell : null;
}
