/**
 * The messages between a node and a verifier: another service that honours our logouts. Both sides import these types.
 * Instants are milliseconds since the epoch; durations are milliseconds.
 */
import type { JsonWebKey } from 'node:crypto';

/** The answer to `POST /revocations/members`. */
export interface Registration {
  /** The id of the new member. The server makes it. */
  readonly member: string;
  readonly clusterId: string;
  /** The longest lease that a renewal may ask for. */
  readonly granted: number;
}

/** The body of `POST /revocations`. */
export interface RenewalRequest {
  /** Absent for a bounded verifier: it is no member, and no logout waits for it. */
  readonly member?: string;
  /** Goes up with every request of the member; from 1, below 2³¹. Absent without `member`. */
  readonly renewal?: number;
  /** Fresh random text, 16 to 64 characters of base64url. The answer repeats it. */
  readonly nonce: string;
  /** The version of the log up to which the verifier has applied everything and ended what was open. It is an acknowledgement. */
  readonly applied: number;
  /** The lease that the verifier asks for. */
  readonly leaseMs: number;
  /** Of the answer before, if that was a page of a long log. */
  readonly cursor?: string;
}

/** The answer to `POST /revocations`, read from the database after the request arrived. */
export interface RenewalAnswer {
  readonly nonce: string;
  readonly clusterId: string;
  /** Whether the member's row is there and belongs to the credential. False without `member`. */
  readonly isMember: boolean;
  /** Whether this request has renewed the row. A request that came twice has not, and grants no lease. */
  readonly isRenewed: boolean;
  readonly isStandby: boolean;
  /** The length of the lease. 0 grants none. */
  readonly granted: number;
  /** The clock of the database. */
  readonly databaseNow: number;
  readonly version: number;
  /** The generation of tokens that is accepted (claim `gen`). */
  readonly generation: number;
  /** Sessions of older generations have ended. */
  readonly sessionsSince: number;
  /** Tokens with an `exp` up to this instant are refused: their rows may be gone. */
  readonly prunedBefore: number;
  /** Pairs of an id and the instant until which it is revoked: those above `applied`, or the next page of them. */
  readonly rows: readonly (readonly [string, number])[];
  /** More rows follow: ask again with it. Such an answer grants no lease. */
  readonly cursor?: string;
  /** All public keys that verify tokens now, each with `kid` and `alg`. They replace the ring of the verifier. */
  readonly keys: readonly JsonWebKey[];
  /** The claim `iss` of all tokens. */
  readonly issuer: string;
}

/**
 * The events of `GET /revocations/events?echo=<fresh random text>`, as server-sent events: the name is `event`, the rest is JSON in `data`.
 * They give speed and no truth. A comment comes every 15 s.
 */
export type FeedEvent =
  /** The first event. It proves that no proxy holds the stream back. */
  | { readonly event: 'echo'; readonly echo: string }
  /** Whether the node hears the doorbells of the other nodes. It comes after `echo`, and at each change. */
  | { readonly event: 'hearing'; readonly isHearing: boolean }
  | ({ readonly event: 'bell' } & FeedBell);

/** The log has this version. `rows` holds all rows above `since`, unless they are too many: then `since` and `rows` are absent. */
export interface FeedBell {
  readonly clusterId: string;
  readonly version: number;
  readonly since?: number;
  readonly rows?: readonly (readonly [string, number])[];
  readonly generation: number;
  readonly sessionsSince: number;
  readonly prunedBefore: number;
}
