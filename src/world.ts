/** The surroundings of every part: configuration, clocks, randomness and log. A test can replace each of them. */
import { randomBytes } from 'node:crypto';
import type { Config } from './config/config.js';
import type { Clock, LeaseClock, Randomness } from './lib/ambient.js';
import { createLog, type Log } from './lib/log.js';

export interface World {
  readonly config: Config;
  readonly clock: Clock;
  readonly leaseClock: LeaseClock;
  readonly randomness: Randomness;
  readonly log: Log;
}

export const SYSTEM_LEASE_CLOCK: LeaseClock = { now: () => ({ monotonic: performance.now(), wall: Date.now() }) };

/** The real world, except for the parts that the caller passes in. */
export function createWorld({ config, ...held }: Pick<World, 'config'> & Partial<World>): World {
  return {
    config,
    clock: held.clock ?? { now: () => Date.now() },
    leaseClock: held.leaseClock ?? SYSTEM_LEASE_CLOCK,
    randomness: held.randomness ?? { bytes: (count) => randomBytes(count) },
    log: held.log ?? createLog(config.logLevel),
  };
}
