/** What a caller is told who is not served: the codes, reasons and texts of the login server (docs/errors.md), with the status of HTTP. */
import type { CheckVerdict, Verifier, VerifierCaller, WatchEnd } from '../contract.js';

/** Why a caller is not served, for every transport. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly message: string;
  readonly extensions: {
    readonly code: 'UNAUTHENTICATED' | 'FORBIDDEN' | 'AUTH_UNAVAILABLE';
    readonly reason?: string;
    readonly sessionEnded?: boolean;
    /** Whole seconds. */
    readonly retryAfter?: number;
  };
  /** `WWW-Authenticate` (RFC 6750, section 3) for 401, and `Retry-After` (RFC 9110, section 10.2.3) for 503. */
  readonly headers: Readonly<Record<string, string>>;
}

const MESSAGES = {
  TOKEN_MISSING: 'Log in first: send "Authorization: Bearer <access token>".',
  TOKEN_INVALID: 'The access token was not issued by this server for this use. Refresh it; if that is refused, log in again.',
  TOKEN_EXPIRED: 'The access token has expired. Refresh it.',
} as const;

const REVOKED = {
  ended: 'The access token has been revoked. Log in again.',
  continues: 'The access token has been revoked, but its session continues. Refresh the token.',
  unknown: 'The access token has been revoked. Refresh it; if that is refused, log in again.',
} as const;

const UNAVAILABLE = 'The login server cannot answer this right now. Try again in a moment.';

/** The caller is known, and lacks the role. A new login does not help. */
const FORBIDDEN: Refusal = {
  status: 403,
  message: 'You are logged in, but you are not allowed to do this.',
  extensions: { code: 'FORBIDDEN' },
  headers: {},
};

/** @returns null for a caller who was authenticated */
export function refusalOfCaller(caller: VerifierCaller): Refusal | null {
  if (caller.kind === 'authenticated') return null;
  if (caller.kind === 'unknown') return unavailable(caller.retryAfter);
  return unauthenticated(caller.reason, caller.sessionEnded);
}

export function refusalOfVerdict(verdict: CheckVerdict): Refusal | null {
  if (verdict === 'live') return null;
  if (verdict === 'unknown') return unavailable(1);
  return unauthenticated(verdict === 'expired' ? 'TOKEN_EXPIRED' : 'TOKEN_REVOKED', null);
}

/** What the client of an open connection is told. Close code 4401 says that the session has ended; 4403 does not tell. */
export function refusalOfEnd({ code, reason }: WatchEnd): Refusal {
  if (reason === 'AUTH_UNAVAILABLE') return unavailable(1);
  return unauthenticated(reason, reason === 'TOKEN_REVOKED' && code === 4401 ? true : null);
}

/**
 * Asks the verifier about the caller now. What was right when the request began may be revoked meanwhile.
 *
 * @param roles the caller needs one of them; none are needed if it is empty
 * @returns null if the caller may be served; a promise only if the verifier has no lease
 */
export function judge(verifier: Verifier, caller: VerifierCaller, roles: readonly string[]): Refusal | null | Promise<Refusal | null> {
  if (caller.kind !== 'authenticated') return refusalOfCaller(caller);
  const decide = (verdict: CheckVerdict): Refusal | null => {
    const hasRole = roles.length === 0 || roles.some((role) => caller.token.roles.includes(role));
    return refusalOfVerdict(verdict) ?? (hasRole ? null : FORBIDDEN);
  };
  const verdict = verifier.check(caller);
  return verdict instanceof Promise ? verdict.then(decide) : decide(verdict);
}

/** The close code of a WebSocket, the same one as Latchkey's own (docs/subscriptions.md). */
export function closeCodeOf({ status, extensions }: Refusal): 4401 | 4403 | 1013 {
  if (status === 503) return 1013;
  if (status === 403) return 4403;
  const { reason, sessionEnded } = extensions;
  if (reason === 'TOKEN_EXPIRED') return 4403;
  return reason === 'TOKEN_REVOKED' && sessionEnded !== true ? 4403 : 4401;
}

function unauthenticated(reason: keyof typeof MESSAGES | 'TOKEN_REVOKED', sessionEnded: boolean | null): Refusal {
  const known = sessionEnded === null ? 'unknown' : sessionEnded ? 'ended' : 'continues';
  const isRevoked = reason === 'TOKEN_REVOKED';
  return {
    status: 401,
    message: isRevoked ? REVOKED[known] : MESSAGES[reason],
    extensions: { code: 'UNAUTHENTICATED', reason, ...(isRevoked && sessionEnded !== null ? { sessionEnded } : {}) },
    // RFC 6750, section 3.1: no error code for a request without a token.
    headers: { 'www-authenticate': reason === 'TOKEN_MISSING' ? 'Bearer' : 'Bearer error="invalid_token"' },
  };
}

function unavailable(retryAfter: number): Refusal {
  return {
    status: 503,
    message: UNAVAILABLE,
    extensions: { code: 'AUTH_UNAVAILABLE', retryAfter },
    headers: { 'retry-after': String(retryAfter) },
  };
}
