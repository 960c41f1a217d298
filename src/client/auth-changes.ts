/** What the client tells about itself: its state, and each change of it with the reason. */
import type { AuthError } from './auth-error.js';

export interface AuthState {
  /** `unknown` only with `tokens: 'cookie'`, until the server has been asked for the first time. */
  readonly status: 'loggedIn' | 'loggedOut' | 'unknown';
  readonly sessionId: string | null;
  /** Why the last refresh did not go through; the session is kept, and it is tried again. Null when all is well. */
  readonly failure: AuthError | null;
  /** How many logouts the server has not been told of yet. */
  readonly pendingLogouts: number;
}

export type LogoutCause =
  /** `logout` was called here. */
  | 'LOGOUT'
  /** It was called in another tab, or the other tab found out that the session is over. */
  | 'OTHER_TAB'
  /** The server says that the session is over: revoked, expired, ended on another device. */
  | 'ENDED'
  /** Another login took its place. */
  | 'REPLACED';

export type AuthChange =
  | { readonly reason: 'LOGGED_IN' | 'REFRESHED' }
  | { readonly reason: 'LOGGED_OUT'; readonly why: LogoutCause }
  /** The session is kept. */
  | { readonly reason: 'REFRESH_FAILED'; readonly failure: AuthError }
  /** What the server said, or did not say, of a logout: it is done; it could not be told yet; it will not do it. */
  | { readonly reason: 'LOGOUT_CONFIRMED' | 'LOGOUT_PENDING' | 'LOGOUT_REFUSED' };

export type AuthListener = (change: AuthChange, state: AuthState) => void;

/** What became of a logout, on both sides. */
export interface LogoutOutcome {
  /** Whether this browser holds no token of the session any more. False only for the scope `OTHERS`. */
  readonly local: boolean;
  /**
   * `confirmed`: no token of the ended sessions is accepted any more. `pending`: the server could not be told, or can't say; it is told
   * again until it answers. `refused`: it can't do it; what is not ended ends by itself when it is not used.
   */
  readonly server: 'confirmed' | 'pending' | 'refused';
  /** How many sessions this logout ended; 0 if they had been ended before, or as long as it is not confirmed. */
  readonly endedSessions: number;
  /** Why it is not confirmed. */
  readonly failure: AuthError | null;
}
