/** The clock and the timers of a client, which stand still until a test moves them. */
import type { ClientClock } from '../../../src/client/auth-client.js';

export interface HeldClock extends ClientClock {
  /** Time goes on, and what is due runs, in order. */
  advance(seconds: number): void;
  /** The clock on the wall goes on, or back, and no timer runs: somebody sets it, or the machine is asleep. */
  set(seconds: number): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** @param start of the wall clock: it may differ from that of the server as it likes */
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
