/** A subscription of an embedding application: it sends every tick that the test emits to all listeners. */
import { Authorized, Resolver, Root, Subscription } from 'type-graphql';

import { startApp, type TestApp, type TestOptions } from '../app/start-app.js';

export const TICK = 'subscription { tick }';

/** Ticks at which the resolver throws: a plain error, and one with a path of its own. */
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

  /** How many listeners have ever begun. */
  get begun(): number {
    return this.#begun;
  }

  emit(tick: number): void {
    for (const listener of [...this.#listeners]) listener(tick);
  }

  /** Waits until a listener has come or gone. */
  untilChanged(): Promise<void> {
    return new Promise((resolve) => this.#watchers.add(resolve));
  }

  /** Endless until its consumer ends it. */
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

/** One for all resolvers of the running test, because type-graphql allows a class to be declared only once. */
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

/** A server on its own port, with the subscription. */
export async function startListening(options: TestOptions = {}): Promise<{ app: TestApp; address: string; ticks: Ticks }> {
  const ticks = useTicks();
  const app = await startApp({ ...options, resolvers: [TickResolver] });
  return { app, address: await app.app.listen(), ticks };
}

/** Waits until this many subscriptions are listening. */
export async function untilListeners(ticks: Ticks, count: number): Promise<void> {
  while (ticks.listeners !== count) await ticks.untilChanged();
}
