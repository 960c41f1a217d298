/** The source of the subscriptions of a service, which counts who listens. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPubSub } from '@graphql-yoga/subscription';

class Topics extends EventTarget {
  listeners = 0;

  override addEventListener(...listener: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...listener);
  }

  override removeEventListener(...listener: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1;
    super.removeEventListener(...listener);
  }
}

export interface Ticks {
  publish(tick: number): void;
  /** Each event is a number. */
  follow(): AsyncIterable<number>;
  readonly listeners: number;
  untilListeners(count: number): Promise<void>;
}

export function createTicks(): Ticks {
  const topics = new Topics();
  const pubSub = createPubSub<{ ticks: [number] }>({ eventTarget: topics as never });
  return {
    publish: (tick) => pubSub.publish('ticks', tick),
    follow: () => pubSub.subscribe('ticks'),
    get listeners() {
      return topics.listeners;
    },
    async untilListeners(count) {
      while (topics.listeners !== count) await nextTurn();
    },
  };
}
