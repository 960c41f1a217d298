/** The session that this browser holds: its tokens, how long they are good for, and who is told when it changes. */

import type { AuthChange, AuthListener, AuthState, LogoutCause } from './auth-changes.js';
import type { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import type { TokenStorage } from './token-storage.js';
import { parseTokens, type Tokens } from './tokens.js';

export interface HeldSession {
  readonly state: AuthState;
  /** Goes up with each end of a session here: what was under way before belongs to nobody now. */
  readonly turn: number;
  read(): Tokens | null;
  /** Writes down what is held from now on, and tells it. */
  keep(tokens: Tokens): void;
  /** Forgets the tokens, and tells it. */
  drop(why: LogoutCause): void;
  /** Reads the storage again, and tells what another tab has changed there. */
  sync(): Tokens | null;
  /** What another tab has told. */
  hear(message: TabMessage): void;
  /** Tells something that changes no session. */
  tell(change: AuthChange): void;
  /** Tells that the server could not be asked. */
  fail(failure: AuthError): void;
  /** How long the access token is accepted from now on. */
  remainingMs(tokens: Tokens): number;
  /** The server does not accept this access token, whatever the clock says. */
  refuse(accessToken: string): void;
  onChange(listener: AuthListener): () => void;
}

/** What one tab tells the others: why it has logged out, or that it has other tokens, or what the server said of a logout. */
export interface TabMessage {
  readonly why?: LogoutCause;
  /** Only when there is no storage to find them in. */
  readonly tokens?: string | null;
  readonly change?: AuthChange;
}

export interface HeldSessionNeeds {
  readonly storage: TokenStorage;
  readonly key: string;
  readonly clock: ClientClock;
  /** The refresh token is in a cookie: nobody knows of a session before the server has been asked, and each tab has tokens of its own. */
  readonly isCookie: boolean;
  /** How many logouts wait; without an id, of all sessions. */
  readonly countPending: (sessionId?: string) => number;
  /** Called when there are other tokens, or none. */
  readonly changed: () => void;
  readonly post: (message: TabMessage) => void;
}

export function holdSession({ storage, key, clock, isCookie, countPending, changed, post }: HeldSessionNeeds): HeldSession {
  const listeners = new Set<AuthListener>();
  let turn = 0;
  let failure: AuthError | null = null;
  let refused = '';

  const read = (): Tokens | null => {
    const tokens = parseTokens(storage.getItem(key));
    // A refresh in another tab may have written them in the instant of the logout.
    return tokens && countPending(isCookie ? undefined : tokens.sessionId) ? null : tokens;
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
        // One that fails keeps nobody else from being told, and is told of itself.
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
      // What ends by itself leaves a login alone that is under way.
      if (why !== 'ENDED') turn += 1;
      known = null;
      tell({ reason: 'LOGGED_OUT', why: next ? 'REPLACED' : why });
    }
    // A listener that asks for a token has been told of the new one already.
    const isNew = next && next.accessToken !== known?.accessToken;
    known = next;
    if (isNew) tell({ reason: isOther ? 'LOGGED_IN' : 'REFRESHED' });
    changed();
  };
  const sync = (why?: LogoutCause) => {
    const found = read();
    if (found?.accessToken !== known?.accessToken || (why && isUnknown)) take(found, why);
    return known;
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
      storage.setItem(key, text);
      take(tokens);
      post(isCookie ? { tokens: text } : {});
    },
    drop(why) {
      storage.removeItem(key);
      turn += 1;
      take(null, why);
      post({ why });
    },
    sync,
    hear({ tokens, why, change }) {
      if (isCookie) {
        if (tokens) storage.setItem(key, tokens);
        else if (why) storage.removeItem(key);
      }
      sync(why === 'LOGOUT' ? 'OTHER_TAB' : why);
      if (change) tell(change);
    },
    tell,
    fail(thrown) {
      failure = thrown;
      tell({ reason: 'REFRESH_FAILED', failure });
    },
    remainingMs({ accessToken, askedAt, lifetimeMs }) {
      const ageMs = clock.now() - askedAt;
      // Asked for in the future: the clock has been set, and how old it is nobody knows. Set back less, it makes nothing younger for
      // long: the timer runs by another clock.
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
