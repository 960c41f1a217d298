/** The surroundings of every part: configuration, clocks, randomness and log. A test can replace each of them. */
import { randomBytes } from 'node:crypto';
import type { Config } from './config/config.js';
import type { Clock, LeaseClock, Randomness } from './lib/ambient.js';
import { createLog, type Log } from './lib/log.js';

/** @template Settings the settings that the parts read */
export interface WorldOf<Settings> {
  readonly config: Settings;
  readonly clock: Clock;
  readonly leaseClock: LeaseClock;
  readonly randomness: Randomness;
  readonly log: Log;
}

export type World = WorldOf<Config>;

export const SYSTEM_LEASE_CLOCK: LeaseClock = { now: () => ({ monotonic: performance.now(), wall: Date.now() }) };

/** The real world, except for the parts that the caller passes in. */
export function createWorld<Settings extends Pick<Config, 'logLevel'>>({
  config,
  ...held
}: Pick<WorldOf<Settings>, 'config'> & Partial<WorldOf<Settings>>): WorldOf<Settings> {
  return {
    config,
    clock: held.clock ?? { now: () => Date.now() },
    leaseClock: held.leaseClock ?? SYSTEM_LEASE_CLOCK,
    randomness: held.randomness ?? { bytes: (count) => randomBytes(count) },
    log: held.log ?? createLog(config.logLevel),
  };
}
