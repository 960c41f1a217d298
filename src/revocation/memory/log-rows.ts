/** The rows of the log, and what holds for all tokens at one of its versions. */

/** A revoked id, and the instant until which it is kept. */
export interface BlacklistRow {
  readonly id: string;
  readonly revokedUntil: Date;
}

/** The rules that hold for all tokens at a version of the log. */
export interface LogState {
  readonly version: number;
  readonly generation: number;
  /** Sessions that began in an older generation have ended, whatever their rows say (R17). */
  readonly sessionsSince: number;
  readonly prunedBefore: Date;
}

/** The highest tolerance that can be configured, so that a row outlives its tokens under any past or future setting. */
const MAX_CLOCK_TOLERANCE_MS = 60_000;
const MARGIN_MS = 120_000;

/** How long a row is kept after the last `exp`. */
export const KEEP_AFTER_EXPIRY_MS = MAX_CLOCK_TOLERANCE_MS + MARGIN_MS;
