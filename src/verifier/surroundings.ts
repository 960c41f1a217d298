/** The clocks, the randomness and the log of a verifier. A test can replace each of them. */
import { randomBytes } from 'node:crypto';
import type { VerifierClock, VerifierLog } from './contract.js';

export interface Surroundings {
  readonly clock: VerifierClock;
  /** 128 random bits as 22 characters of base64url. */
  readonly freshText: () => string;
  readonly log: VerifierLog;
}

export const SYSTEM_CLOCK: VerifierClock = { now: () => ({ monotonic: performance.now(), wall: Date.now() }) };

/** A service that says nothing of its log hears only of what needs an operator. */
const QUIET_LOG: VerifierLog = {
  info: () => undefined,
  warn: (fields, message) => console.warn(`latchkey/verifier: ${message}`, fields),
  error: (fields, message) => console.error(`latchkey/verifier: ${message}`, fields),
};

export function createSurroundings(given: {
  readonly clock?: VerifierClock | undefined;
  readonly log?: VerifierLog | undefined;
}): Surroundings {
  return {
    clock: given.clock ?? SYSTEM_CLOCK,
    freshText: () => randomBytes(16).toString('base64url'),
    log: given.log ?? QUIET_LOG,
  };
}
