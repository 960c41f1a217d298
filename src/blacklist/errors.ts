/** The failures of a blacklist. Those that pass by themselves say 503 in the ways that Express, Fastify, NestJS and GraphQL servers read. */
import { LatchkeyError } from '../lib/errors.js';

/** Seconds after which a new try makes sense. */
const RETRY_AFTER = 1;

/** A failure that passes by itself. It is no verdict on a token: answer the client with 503, never with 401. */
abstract class Passing extends Error {
  readonly retryAfter = RETRY_AFTER;
  readonly statusCode = 503;
  /** With `statusCode` and `expose`, the signature of `http-errors`, which NestJS asks for. */
  readonly status = 503;
  readonly expose = true;
  /** Express sends these headers with the error. */
  readonly headers = { 'Retry-After': String(RETRY_AFTER) };
  abstract readonly code: string;

  /** GraphQL servers send these with the error. */
  get extensions() {
    return { code: this.code, retryAfter: this.retryAfter };
  }
}

/** The blacklist can't answer now: a check accepts nothing (R8), and a revocation was not committed. It recovers by itself. */
export class BlacklistUnavailable extends Passing {
  override readonly name = 'BlacklistUnavailable';
  readonly code = 'BLACKLIST_UNAVAILABLE';

  constructor(cause: unknown) {
    super('The blacklist cannot answer this right now. Try again in a moment.', { cause });
  }
}

/** It is not known whether the revocation is in force everywhere. It is safe to send it again. */
export class RevocationUnconfirmed extends Passing {
  override readonly name = 'RevocationUnconfirmed';
  readonly code = 'REVOCATION_UNCONFIRMED';

  constructor(cause: unknown) {
    super('It is not known whether the revocation took effect. It is safe to send it again.', { cause });
  }
}

/** The program uses the blacklist in a way that could not keep the promise. The message says what to change. */
export class BlacklistMisuse extends TypeError {
  override readonly name = 'BlacklistMisuse';
  readonly code = 'BLACKLIST_MISUSE';
}

/** The blacklist can't be opened. The message says what is wrong and what to do. */
export class BlacklistUnusable extends Error {
  override readonly name = 'BlacklistUnusable';
  readonly code = 'BLACKLIST_UNUSABLE';
}

/** The failure as a user of the library meets it. */
export function toOwn(error: unknown): unknown {
  if (!(error instanceof LatchkeyError)) return error;
  if (error.code === 'LOGOUT_UNCONFIRMED') return new RevocationUnconfirmed(error.cause ?? error);
  return error.code === 'AUTH_UNAVAILABLE' ? new BlacklistUnavailable(error.cause ?? error) : error;
}
