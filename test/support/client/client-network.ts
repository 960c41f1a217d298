/** The network between a client and its real server, which a test can cut, hold, or make lose an answer. */
export interface ClientNetwork {
  readonly fetch: typeof globalThis.fetch;
  /** The fields that the client asked for, including requests that were lost on the way. */
  readonly sent: readonly string[];
  /** The requests among them that the client aborted while they were held. */
  readonly aborted: readonly string[];
  isDown: boolean;
  /** The server executes the next operation of this name, but its answer never arrives. */
  loseAnswer(name: string): void;
  /** Holds back the answer to the next operation of this name. */
  holdAnswer(name: string): { readonly reached: Promise<unknown>; release(): void };
}

export function openNetwork(): ClientNetwork {
  const sent: string[] = [];
  const aborted: string[] = [];
  const lost: string[] = [];
  const holds: { readonly name: string; readonly reach: () => void; readonly released: Promise<void> }[] = [];
  const network: ClientNetwork = {
    sent,
    aborted,
    isDown: false,
    async fetch(input, init) {
      const name = /\{\s*(\w+)/.exec(JSON.parse(String(init?.body)).query)?.[1] ?? '';
      sent.push(name);
      if (network.isDown) throw new TypeError('fetch failed');
      // Decided before the answer comes: an operation that starts meanwhile must not lose its answer instead.
      const isLost = takeFirst(lost, (other) => other === name) !== undefined;
      const hold = takeFirst(holds, (other) => other.name === name);
      const response = await globalThis.fetch(input, init);
      if (isLost) throw new TypeError('terminated');
      hold?.reach();
      await Promise.race([hold?.released, hold && untilAborted(init?.signal)]);
      if (!init?.signal?.aborted) return response;
      aborted.push(name);
      throw init.signal.reason;
    },
    loseAnswer: (name) => lost.push(name),
    holdAnswer(name) {
      const [reached, released] = [createSignal(), createSignal()];
      holds.push({ name, reach: reached.send, released: released.sent });
      return { reached: reached.sent, release: released.send };
    },
  };
  return network;
}

function createSignal(): { readonly sent: Promise<void>; readonly send: () => void } {
  let send: () => void = () => undefined;
  const sent = new Promise<void>((resolve) => {
    send = resolve;
  });
  return { sent, send };
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<unknown> {
  return new Promise((resolve) => signal?.addEventListener('abort', resolve));
}

function takeFirst<Item>(items: Item[], isIt: (item: Item) => boolean): Item | undefined {
  const index = items.findIndex(isIt);
  return index === -1 ? undefined : items.splice(index, 1)[0];
}
