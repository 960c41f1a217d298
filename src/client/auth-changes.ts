/** What the client reports: its state, and each change of it with a reason. */
import type { AuthError } from './auth-error.js';

export interface AuthState {
  /** `unknown` only with `tokens: 'cookie'`, until the server answers for the first time. */
  readonly status: 'loggedIn' | 'loggedOut' | 'unknown';
  readonly sessionId: string | null;
  /** Why the last refresh failed; the client keeps the session and tries again. Null if the last refresh succeeded. */
  readonly failure: AuthError | null;
  /** How many logouts the server has not confirmed yet. */
  readonly pendingLogouts: number;
}

export type LogoutCause =
  /** The application called `logout` in this tab. */
  | 'LOGOUT'
  /** Another tab has logged out, or has found out that the session is over. */
  | 'OTHER_TAB'
  /** The server has ended the session: it was revoked, has expired, or was ended on another device. */
  | 'ENDED'
  /** Another login has replaced the session. */
  | 'REPLACED';

export type AuthChange =
  | { readonly reason: 'LOGGED_IN' | 'REFRESHED' }
  | { readonly reason: 'LOGGED_OUT'; readonly why: LogoutCause }
  /** The client keeps the session. */
  | { readonly reason: 'REFRESH_FAILED'; readonly failure: AuthError }
  /** A logout: the server has confirmed it; the server could not be reached or could not confirm it; the server has refused it. */
  | { readonly reason: 'LOGOUT_CONFIRMED' | 'LOGOUT_PENDING' | 'LOGOUT_REFUSED' }
  /** `state.pendingLogouts` has changed, by a logout in another tab; this tab has not heard with which result. */
  | { readonly reason: 'PENDING_LOGOUTS' };

export type AuthListener = (change: AuthChange, state: AuthState) => void;

/** The result of a logout, in this browser and on the server. */
export interface LogoutOutcome {
  /** Whether this browser has deleted the tokens of its session. False only for the scope `OTHERS`. */
  readonly local: boolean;
  /**
   * `confirmed`: the server accepts no token of the ended sessions any more. `pending`: the server could not be reached or could not
   * confirm it; the client keeps trying. `refused`: the server can't do it; an unused session ends when it expires.
   */
  readonly server: 'confirmed' | 'pending' | 'refused';
  /** How many sessions this logout ended; 0 if they had already ended, or while the logout is not confirmed. */
  readonly endedSessions: number;
  /** Why the logout is not confirmed. */
  readonly failure: AuthError | null;
}
