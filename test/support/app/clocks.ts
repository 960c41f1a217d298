/** A clock that stands still until a test moves it. */
import type { Clock } from '../../../src/lib/ambient.js';

export interface FrozenClock extends Clock {
  advance(seconds: number): void;
  set(instant: number): void;
}

export function frozenClock(start = Date.UTC(2030, 0, 1, 12)): FrozenClock {
  let instant = start;
  return {
    now: () => instant,
    advance: (seconds) => {
      instant += seconds * 1000;
    },
    set: (next) => {
      instant = next;
    },
  };
}
