/** What everybody may be handed: the configuration, the clocks, randomness and the log, so that a test can hold them still. */
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

/** The real world, but for what is handed in. */
export function createWorld({ config, ...held }: Pick<World, 'config'> & Partial<World>): World {
  return {
    config,
    clock: held.clock ?? { now: () => Date.now() },
    leaseClock: held.leaseClock ?? SYSTEM_LEASE_CLOCK,
    randomness: held.randomness ?? { bytes: (count) => randomBytes(count) },
    log: held.log ?? createLog(config.logLevel),
  };
}
