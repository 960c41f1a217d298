/** The session in this browser: its tokens, how long they are valid, and the listeners that hear of each change. */

import type { AuthChange, AuthListener, AuthState, LogoutCause } from './auth-changes.js';
import type { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import type { LogoutNews } from './pending-logouts.js';
import type { TokenStorage } from './token-storage.js';
import { parseTokens, type Tokens } from './tokens.js';

export interface HeldSession {
  readonly state: AuthState;
  /** Counts the ends of sessions here: an answer to an earlier turn belongs to a session that is over. */
  readonly turn: number;
  read(): Tokens | null;
  /** Stores the tokens and reports the change. */
  keep(tokens: Tokens): void;
  /** Deletes the tokens and reports the change. */
  drop(why: LogoutCause): void;
  /** Reads the storage again, and reports what another tab has changed in it. */
  sync(): Tokens | null;
  /** Takes in a message of another tab. */
  hear(message: TabMessage): void;
  /** Reports the number of pending logouts if it has changed. */
  recount(): void;
  /** Removes tokens that another tab has stored after their session had ended. Call it when the storage shows all earlier writes. */
  sweep(): void;
  /** Reports a change that concerns no tokens. */
  tell(change: AuthChange): void;
  /** Reports that a refresh has failed. */
  fail(failure: AuthError): void;
  /** For how many more milliseconds the server accepts the access token. */
  remainingMs(tokens: Tokens): number;
  /** Marks an access token as refused by the server: it counts as expired, whatever the clock says. */
  refuse(accessToken: string): void;
  onChange(listener: AuthListener): () => void;
}

/** A message from one tab to the others: why it logged out, or that it has new tokens, or the server's answer to a logout. */
export interface TabMessage {
  readonly why?: LogoutCause;
  /** The session that has ended. Absent if the tab did not know it: then it is whichever session the browser has. */
  readonly sessionId?: string | undefined;
  /** Only if there is no shared storage in which to find them. */
  readonly tokens?: string | null;
  readonly change?: AuthChange;
  readonly logout?: LogoutNews;
}

export interface HeldSessionNeeds {
  readonly storage: TokenStorage;
  readonly key: string;
  readonly clock: ClientClock;
  /** True if the refresh token is in a cookie: then only the server knows whether there is a session, and each tab has its own access token. */
  readonly isCookie: boolean;
  /** How many logouts wait for the server: of one session, or of all. */
  readonly countPending: (sessionId?: string) => number;
  /** Called when the tokens have changed or are gone. */
  readonly changed: () => void;
  readonly post: (message: TabMessage) => void;
}

export function holdSession({ storage, key, clock, isCookie, countPending, changed, post }: HeldSessionNeeds): HeldSession {
  const listeners = new Set<AuthListener>();
  /** Sessions that are over. Their tokens may still arrive, from a storage that lags behind or from a refresh in another tab. */
  const ended = new Set<string>();
  let turn = 0;
  let failure: AuthError | null = null;
  let refused = '';

  const read = (): Tokens | null => {
    const tokens = parseTokens(storage.getItem(key));
    return tokens && (ended.has(tokens.sessionId) || countPending(isCookie ? undefined : tokens.sessionId)) ? null : tokens;
  };
  let known = read();
  let isUnknown = isCookie && !countPending();
  const look = (): AuthState => ({
    status: known ? 'loggedIn' : isUnknown ? 'unknown' : 'loggedOut',
    sessionId: known?.sessionId ?? null,
    failure,
    pendingLogouts: countPending(),
  });
  let state = look();

  const tell = (change: AuthChange) => {
    state = look();
    for (const listener of [...listeners]) {
      try {
        listener(change, state);
      } catch (thrown) {
        // A failing listener must not stop the others; its error becomes an unhandled rejection.
        Promise.reject(thrown);
      }
    }
  };
  const take = (next: Tokens | null, why: LogoutCause = 'OTHER_TAB') => {
    const before = known;
    const isOther = before?.sessionId !== next?.sessionId;
    const isEnd = before ? isOther : isUnknown && !next;
    failure = null;
    isUnknown = false;
    if (isEnd) {
      if (before) ended.add(before.sessionId);
      // If the session ended by itself, a login under way stays valid.
      if (why !== 'ENDED') turn += 1;
      known = null;
      tell({ reason: 'LOGGED_OUT', why: next ? 'REPLACED' : why });
    }
    // If a listener has asked for the token meanwhile, the new one has been reported already.
    const isNew = next && next.accessToken !== known?.accessToken;
    known = next;
    if (isNew) tell({ reason: isOther ? 'LOGGED_IN' : 'REFRESHED' });
    changed();
  };
  const sync = (why?: LogoutCause) => {
    const found = read();
    if (found?.accessToken !== known?.accessToken || (isUnknown && (why || countPending()))) take(found, why);
    return known;
  };
  const recount = () => {
    if (state.pendingLogouts !== countPending()) tell({ reason: 'PENDING_LOGOUTS' });
  };
  return {
    get state() {
      return state;
    },
    get turn() {
      return turn;
    },
    read,
    keep(tokens) {
      const text = JSON.stringify(tokens);
      ended.delete(tokens.sessionId);
      storage.setItem(key, text);
      take(tokens);
      post(isCookie ? { tokens: text } : {});
    },
    drop(why) {
      const sessionId = known?.sessionId;
      storage.removeItem(key);
      turn += 1;
      take(null, why);
      post({ why, sessionId });
    },
    sync,
    hear({ tokens, why, sessionId, change }) {
      const mine = known?.sessionId;
      if (sessionId) ended.add(sessionId);
      else if (why && mine) {
        ended.add(mine);
        // The tab that logged out did not know the session. Without its id a late refresh would bring the session back there.
        post({ why: 'OTHER_TAB', sessionId: mine });
      }
      if (isCookie && tokens) storage.setItem(key, tokens);
      sync(why === 'LOGOUT' ? 'OTHER_TAB' : why);
      if (change) tell(change);
      recount();
    },
    recount,
    sweep() {
      sync();
      if (ended.has(parseTokens(storage.getItem(key))?.sessionId ?? '')) storage.removeItem(key);
      recount();
    },
    tell,
    fail(thrown) {
      failure = thrown;
      tell({ reason: 'REFRESH_FAILED', failure });
    },
    remainingMs({ accessToken, askedAt, lifetimeMs }) {
      const ageMs = clock.now() - askedAt;
      // A negative age means that the clock was set back, so the age is unknown and the token counts as expired. A smaller step back
      // delays nothing for long, because the refresh timer runs by another clock.
      return accessToken !== refused && ageMs >= 0 ? lifetimeMs - ageMs : 0;
    },
    refuse(accessToken) {
      refused = accessToken;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
