/** The public types of `latchkey/verifier`. */
import type { AccessToken } from '../caller/access-token-claims.js';

export type { AccessToken, AccessTokenClaims } from '../caller/access-token-claims.js';

/** A caller whose token was right, and not revoked, when the header was judged. */
export interface AuthenticatedCaller {
  readonly kind: 'authenticated';
  /** The claims of the token, and the `kid` of the key that has signed it. It is frozen. */
  readonly token: AccessToken;
}

/** A request without a token that may be accepted. Answer it with 401, or serve it as a stranger's. */
export interface AnonymousCaller {
  readonly kind: 'anonymous';
  /** TOKEN_EXPIRED and TOKEN_REVOKED are said only of a token whose signature is right. */
  readonly reason: 'TOKEN_MISSING' | 'TOKEN_INVALID' | 'TOKEN_EXPIRED' | 'TOKEN_REVOKED';
  /** For TOKEN_REVOKED: whether the session has ended too. Null for all other reasons, and if the verifier does not know (R31). */
  readonly sessionEnded: boolean | null;
}

/** The verifier can't tell now. Answer with 503 and `Retry-After`, never with 401: the client would throw a good session away. */
export interface UnknownCaller {
  readonly kind: 'unknown';
  /** Whole seconds, for the header `Retry-After`. */
  readonly retryAfter: number;
}

export type VerifierCaller = AuthenticatedCaller | AnonymousCaller | UnknownCaller;

/** `unknown`: the revocation state can't be known now, so the token must not be accepted. */
export type CheckVerdict = 'live' | 'revoked' | 'expired' | 'unknown';

/** How an open connection is to be ended. The codes are close codes of WebSockets, and those of Latchkey's own. */
export interface WatchEnd {
  /**
   * 4401: the session has ended, so the client must log in. 4403: the token is over, and a refresh helps or tells more. 1013: no lease can
   * be had; the client may come again later.
   */
  readonly code: 4401 | 4403 | 1013;
  readonly reason: 'TOKEN_REVOKED' | 'TOKEN_EXPIRED' | 'AUTH_UNAVAILABLE';
}

/** pino and `console` have this shape. */
export interface VerifierLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface VerifierOptions {
  /** The login server, such as `https://login.example.com`. `http:` is allowed for loopback addresses only. */
  readonly url: string;
  /** The text that `latchkey service create` has shown: `lkv_…`. */
  readonly credential: string;
  /** The audience of this service: a token must name it in `aud`. */
  readonly audience: string;
  /** The `iss` that tokens must carry. Without it, the one that the login server states with each renewal. */
  readonly issuer?: string;
  /**
   * `strict`, the default: a logout waits for this verifier, and is honoured when it answers. `{ bounded: seconds }`: nobody waits, and a
   * token is accepted at most so many seconds after the answer to the logout. 1 to 3600.
   */
  readonly mode?: 'strict' | { readonly bounded: number };
  /** The algorithms that are accepted. All that the login server uses: `['ES256', 'RS256']`. */
  readonly algorithms?: readonly ('ES256' | 'RS256')[];
  /**
   * How far the clocks of this machine and of the login server's database may differ, in seconds. It also delays `exp`, as on the server.
   * 0 to 60; 5 unless given.
   */
  readonly clockToleranceSeconds?: number;
  /** The lease that a strict verifier asks for, in milliseconds. 300 to 10000; 2000 unless given. The server may grant less. */
  readonly leaseMs?: number;
  /** How long one request to the login server may take, in milliseconds. 100 to 60000; 2000 unless given. */
  readonly requestTimeoutMs?: number;
  /** Gets what an operator should know. Warnings and errors go to `console` unless given. */
  readonly log?: VerifierLog;
  /** Used in place of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** Both clocks of the machine, in milliseconds. For tests. */
  readonly clock?: VerifierClock;
}

export interface VerifierClock {
  /** The two clocks, read together: a monotonic one, which nobody can set, and the wall clock, since the epoch. */
  now(): { readonly monotonic: number; readonly wall: number };
}

/** Why the verifier has no lease. */
export type VerifierFault =
  | 'unreachable'
  | 'standby'
  | 'foreign-database'
  | 'version-regressed'
  | 'clock-skew'
  | 'credential-refused'
  | 'too-many-verifiers'
  | 'stopped';

export interface VerifierStatus {
  /** Whether `check` answers from memory now. An idle verifier holds no lease, and is well all the same. */
  readonly hasLease: boolean;
  /** Why the last attempt to get a lease has failed; null if it has not. */
  readonly fault: VerifierFault | null;
  /** Whether the stream of events is heard. Without it leases are short, and logouts wait longer. */
  readonly isHearing: boolean;
  /** The version of the log that is in memory. */
  readonly version: number;
  /** How many revoked ids are in memory. */
  readonly ids: number;
  /** How many callers are watched. */
  readonly watched: number;
  /** How old the last lease is, in seconds: the time since the request was sent that has granted it. Null before the first. */
  readonly leaseAgeSeconds: number | null;
}

export interface Verifier {
  /**
   * Judges the token of a request as strictly as the login server does. It never throws and never rejects.
   *
   * @param authorization the header `Authorization`, or all of them; two are refused
   */
  authenticate(authorization: string | readonly string[] | undefined): VerifierCaller | Promise<VerifierCaller>;
  /**
   * Whether the caller may still be served: ask for every field and every event. Within a lease it answers at once, from memory, and never
   * with `unknown`. The promise never rejects.
   */
  check(caller: AuthenticatedCaller): Exclude<CheckVerdict, 'unknown'> | Promise<CheckVerdict>;
  /**
   * Ends what is open when the caller may no longer be served: its session, its token or its key is revoked, it reaches `exp`, or no lease
   * can be had. `end` is called at most once, synchronously, before the logout is acknowledged. Call it in the same turn in which `check`
   * or `authenticate` has found the caller live; of a caller that is not live any more, `end` is called before `watch` returns.
   *
   * @returns stops watching
   */
  watch(caller: AuthenticatedCaller, end: (cause: WatchEnd) => void): () => void;
  /** Resolves once the first lease is held. It rejects only if the verifier is closed before. */
  ready(): Promise<void>;
  readonly status: VerifierStatus;
  /** Gives the lease up, ends what is watched with 1013, and deregisters. Afterwards everything is `unknown`. */
  close(): Promise<void>;
}
