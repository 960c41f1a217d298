/** A TCP proxy that imitates network faults on its connections: it holds, delays or resets them, one way or both, and alters words. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export type Direction = 'up' | 'down';

export interface TcpProxy {
  readonly port: number;
  /** Nothing passes and no connection breaks: the bytes wait, as when packets are lost and sent again. */
  hold(...directions: readonly Direction[]): void;
  /** How many connections have bytes that wait. */
  waiting(direction: Direction): number;
  /** Delays everything by this much, in order. */
  delay(ms: number, ...directions: readonly Direction[]): void;
  /** Replaces words with others of the same length, so that the protocol's framing stays intact. */
  spoil(words: Readonly<Record<string, string>>): void;
  /** Lets everything pass again, starting with what was held. */
  pass(): void;
  /** Breaks all connections; held bytes are lost. */
  reset(): void;
  close(): Promise<void>;
}

interface Condition {
  readonly isHeld: boolean;
  readonly delayMs: number;
}

const PASSING: Condition = { isHeld: false, delayMs: 0 };

/** Listens on a free port of 127.0.0.1. */
export async function startTcpProxy(host: string, port: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let conditions: Readonly<Record<Direction, Condition>> = { up: PASSING, down: PASSING };
  let words: Readonly<Record<string, string>> = {};
  const change = (condition: Condition, directions: readonly Direction[]) => {
    const chosen = directions.length === 0 ? (['up', 'down'] as const) : directions;
    conditions = { ...conditions, ...Object.fromEntries(chosen.map((direction) => [direction, condition])) };
    for (const pair of pairs) pair.flow();
  };
  const server = createServer((client) => {
    const pair = new Pair(client, connect(port, host), (direction) => ({ ...conditions[direction], words }));
    pairs.add(pair);
    pair.onClosed = () => pairs.delete(pair);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    hold: (...directions) => change({ isHeld: true, delayMs: 0 }, directions),
    waiting: (direction) => [...pairs].filter((pair) => pair.isWaiting(direction)).length,
    delay: (ms, ...directions) => change({ isHeld: false, delayMs: ms }, directions),
    spoil: (chosen) => {
      words = chosen;
    },
    pass() {
      words = {};
      change(PASSING, []);
    },
    reset() {
      for (const pair of pairs) pair.destroy();
    },
    async close() {
      for (const pair of pairs) pair.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Ask = (direction: Direction) => Condition & { readonly words: Readonly<Record<string, string>> };

/** One connection: its two halves, and the bytes on their way between them. */
class Pair {
  onClosed: () => void = () => undefined;
  readonly #queues: Record<Direction, { readonly bytes: Buffer; readonly cameAt: number }[]> = { up: [], down: [] };
  readonly #timers: Partial<Record<Direction, NodeJS.Timeout>> = {};

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly ask: Ask,
  ) {
    this.#join(client, 'up');
    this.#join(upstream, 'down');
  }

  isWaiting(direction: Direction): boolean {
    return this.#queues[direction].length > 0;
  }

  flow(): void {
    this.#send('up');
    this.#send('down');
  }

  destroy(): void {
    for (const direction of ['up', 'down'] as const) clearTimeout(this.#timers[direction]);
    this.client.resetAndDestroy();
    this.upstream.resetAndDestroy();
  }

  #join(from: Socket, direction: Direction): void {
    from.setNoDelay(true);
    from.on('data', (bytes) => {
      this.#queues[direction].push({ bytes, cameAt: performance.now() });
      this.#send(direction);
    });
    from.on('error', () => undefined);
    from.on('close', () => this.#end(direction));
  }

  #send(direction: Direction): void {
    clearTimeout(this.#timers[direction]);
    const { isHeld, delayMs, words } = this.ask(direction);
    const queue = this.#queues[direction];
    const [from, to] = direction === 'up' ? [this.client, this.upstream] : [this.upstream, this.client];
    while (queue[0] !== undefined && !isHeld) {
      const wait = queue[0].cameAt + delayMs - performance.now();
      if (wait > 0) {
        this.#timers[direction] = setTimeout(() => this.#send(direction), wait);
        return;
      }
      to.write(spoiled((queue.shift() as { bytes: Buffer }).bytes, words));
    }
    if (!isHeld && from.destroyed) to.end();
  }

  /** A close follows the bytes that were sent before it, and is held with them. */
  #end(direction: Direction): void {
    this.#send(direction);
    if (this.client.destroyed && this.upstream.destroyed) this.onClosed();
  }
}

function spoiled(bytes: Buffer, words: Readonly<Record<string, string>>): Buffer {
  const found = Object.entries(words).filter(([word]) => bytes.includes(word));
  if (found.length === 0) return bytes;
  const text = found.reduce((spoilt, [word, other]) => spoilt.replaceAll(word, other), bytes.toString('latin1'));
  return Buffer.from(text, 'latin1');
}
