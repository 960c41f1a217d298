/** The clock and the timers of a client, which stand still until a test moves them. */
import type { ClientClock } from '../../../src/client/auth-client.js';

export interface HeldClock extends ClientClock {
  /** Moves the time on and runs the timers that are due, in order. */
  advance(seconds: number): void;
  /** Sets the wall clock forward or back without running timers: a user changed the clock, or the machine was asleep. */
  set(seconds: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** @param start the time on the wall clock, which may differ from the server's by any amount */
export function holdClock(start = Date.UTC(2030, 0, 1, 12)): HeldClock {
  let wall = start;
  let elapsed = 0;
  const timers = new Set<Timer>();
  const nextUntil = (end: number) => [...timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  const goTo = (moment: number) => {
    wall += moment - elapsed;
    elapsed = moment;
  };
  return {
    now: () => wall,
    after(ms, run) {
      const timer = { at: elapsed + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(seconds) {
      const end = elapsed + seconds * 1000;
      for (let timer = nextUntil(end); timer !== undefined; timer = nextUntil(end)) {
        timers.delete(timer);
        goTo(Math.max(elapsed, timer.at));
        timer.run();
      }
      goTo(end);
    },
    set(seconds) {
      wall += seconds * 1000;
    },
  };
}
