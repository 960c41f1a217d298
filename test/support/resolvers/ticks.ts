/** A subscription of an embedding application: what the test emits, to everybody who listens. */
import { Authorized, Resolver, Root, Subscription } from 'type-graphql';

import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';

export const TICK = 'subscription { tick }';

/** Ticks at which the resolver throws: an error, and one that has a path of its own. */
export const FAILING = -1;
export const PLACED = -2;

type Listener = (tick: number | null) => void;

export class Ticks {
  readonly #listeners = new Set<Listener>();
  readonly #watchers = new Set<() => void>();
  #begun = 0;

  get listeners(): number {
    return this.#listeners.size;
  }

  /** How many have listened since it is there. */
  get begun(): number {
    return this.#begun;
  }

  emit(tick: number): void {
    for (const listener of [...this.#listeners]) listener(tick);
  }

  /** Until somebody has come or gone. */
  untilChanged(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  /** Endless, and ended by whoever listens. */
  listen(): AsyncGenerator<number, void, void> {
    const waiting: number[] = [];
    let wake: () => void = () => undefined;
    let isOver = false;
    const listener: Listener = (tick) => {
      if (tick !== null) waiting.push(tick);
      wake();
    };
    this.#listeners.add(listener);
    this.#begun += 1;
    this.#tellWatchers();
    const end = async () => {
      isOver = true;
      this.#listeners.delete(listener);
      this.#tellWatchers();
      wake();
      return { done: true as const, value: undefined };
    };
    return {
      async next() {
        while (waiting.length === 0 && !isOver) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const value = waiting.shift();
        return value === undefined || isOver ? { done: true, value: undefined } : { done: false, value };
      },
      return: end,
      throw: end,
      [Symbol.asyncIterator]() {
        return this;
      },
    } as AsyncGenerator<number, void, void>;
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }
}

let source: Ticks | null = null;

/** One for all resolvers of the test that runs: a class of type-graphql is declared once. */
export function useTicks(): Ticks {
  source = new Ticks();
  return source;
}

@Authorized()
@Resolver()
export class TickResolver {
  @Subscription(() => Number, { subscribe: () => (source as Ticks).listen() })
  tick(@Root() tick: number): number {
    if (tick === FAILING) throw new Error('secret cause');
    if (tick === PLACED) throw Object.assign(new Error('secret cause'), { path: ['user', 'password'], value: 'secret value' });
    return tick;
  }
}

/** A server on a port of its own, with the subscription. */
export async function startListening(options: TestOptions = {}): Promise<{ app: TestApp; address: string; ticks: Ticks }> {
  const ticks = useTicks();
  const app = await startApp({ ...options, resolvers: [TickResolver] });
  return { app, address: await app.app.listen(), ticks };
}

/** Until so many subscriptions listen. */
export async function untilListeners(ticks: Ticks, count: number): Promise<void> {
  while (ticks.listeners !== count) await ticks.untilChanged();
}
