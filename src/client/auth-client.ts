/** The client of the login server, for browsers and Node: logs in and out, refreshes, and tells the rest of the application. */
import type { AuthListener, AuthState, LogoutCause, LogoutOutcome } from './auth-changes.js';
import { AuthError } from './auth-error.js';
import { browser } from './browser.js';
import { type ClientClock, systemClock } from './clock.js';
import { createExclusive } from './exclusive.js';
import { type HeldSession, holdSession, type TabMessage } from './held-session.js';
import type {
  ChangePasswordInput,
  ConfirmRegistrationInput,
  LoginInput,
  LogoutScope,
  Operations,
  RegisterInput,
  RevokeSessionInput,
} from './operations.js';
import { keepLogouts } from './pending-logouts.js';
import { createRefreshing, type Refreshing } from './refreshing.js';
import { joinTabs } from './tabs.js';
import { shelter, type TokenStorage } from './token-storage.js';
import { readTokens } from './tokens.js';
import { createTransport, type Payload } from './transport.js';

export type { AuthChange, AuthListener, AuthState, LogoutCause, LogoutOutcome } from './auth-changes.js';
export { AuthError, type AuthErrorCode } from './auth-error.js';
export type { ClientClock } from './clock.js';
export type {
  ChangePasswordInput,
  ConfirmRegistrationInput,
  LoginInput,
  LogoutScope,
  RegisterInput,
  RevokeSessionInput,
  UserErrorCode,
} from './operations.js';
export type { TokenStorage } from './token-storage.js';

export interface AuthClientOptions {
  /** Where the server answers GraphQL. */
  readonly url: string;
  /**
   * `memory`: both tokens in this page, gone with it. `cookie`: the refresh token in a cookie of the server that no script can read.
   * A storage, such as `localStorage`: both tokens there, shared by all tabs.
   */
  readonly tokens: 'memory' | 'cookie' | TokenStorage;
  /** Whether there are other tabs to talk to. Without it: where there is a document. */
  readonly tabs?: boolean;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: ClientClock;
}

/** A session in the list of the user's own. */
export type Session = Payload<'sessions'>[number];
/** What a user got wrong and can mend. */
export type UserError = Payload<'login'>['userErrors'][number];

type Opened<Name extends keyof Operations> = Omit<Payload<Name>, 'accessToken' | 'refreshToken'>;

/** Every method that asks the server throws an `AuthError` when it gives no answer. What a user got wrong is in `userErrors`. */
export interface AuthClient {
  /** The same object until something changes. */
  readonly state: AuthState;
  /** @returns what unsubscribes */
  onChange(listener: AuthListener): () => void;
  /** Logs in too, unless `confirmationSent`: then `confirmRegistration` wants the code that was mailed. */
  register(input: RegisterInput): Promise<Opened<'register'>>;
  confirmRegistration(input: ConfirmRegistrationInput): Promise<Opened<'confirmRegistration'>>;
  /** Who was logged in before is logged out. */
  login(input: LoginInput): Promise<Opened<'login'>>;
  /** Every token from before dies, so it must not be sent past the client. */
  changePassword(input: ChangePasswordInput): Promise<Opened<'changePassword'>>;
  /** An access token that is good now; null when nobody is logged in. Throws when it has expired and the server can't be asked. */
  getAccessToken(): Promise<string | null>;
  /** Gets the next pair of tokens now, and returns the access token. Rarely needed: it is done ahead of expiry. */
  refresh(): Promise<string | null>;
  /** The server has refused this access token: asks for another. Null when the session is over; then it is over here too, in every tab. */
  renew(refused: string): Promise<string | null>;
  /** Never throws for the scopes `CURRENT` and `ALL`: nothing is held here any more, and `server` tells the rest. */
  logout(options?: { readonly scope?: LogoutScope }): Promise<LogoutOutcome>;
  sessions(): Promise<readonly Session[]>;
  revokeSession(input: RevokeSessionInput): Promise<Payload<'revokeSession'>>;
  /** Stops timers and listening. It logs nobody out. */
  close(): void;
}

export function createAuthClient(options: AuthClientOptions): AuthClient {
  const { url, tokens: kept, fetch = (...request) => globalThis.fetch(...request), clock = systemClock } = options;
  const isCookie = kept === 'cookie';
  const isMemory = kept === 'memory';
  const key = `latchkey:${url}`;
  const ask = createTransport(url, fetch, clock, isCookie);
  // What is in this page alone needs no turn with the others.
  const lock = isMemory ? null : key;
  const exclusive = createExclusive(lock, clock);
  const own = shelter(() => (typeof kept === 'object' ? kept : undefined));

  // A program of Node has no tabs: it may hold the sessions of many users.
  let tabs = (options.tabs ?? browser.document) ? joinTabs<TabMessage>(key, hear, wake) : null;
  const post = (message: TabMessage) => tabs?.post(message);
  const pending = keepLogouts({
    // With a cookie nothing but the fact is written down: the cookie is still there, and must not bring the session back.
    storage: isCookie ? shelter(() => browser.localStorage) : own,
    key: `${key}:logout`,
    ask,
    clock,
    exclusive: createExclusive(lock && `${key}:logout`, clock),
    isCookie,
    tell(change) {
      held.tell(change);
      post({ change });
    },
  });
  const held: HeldSession = holdSession({
    storage: own,
    key,
    clock,
    isCookie,
    countPending: pending.count,
    changed: () => refreshing.schedule(),
    post,
  });
  const refreshing: Refreshing = createRefreshing({
    held,
    ask,
    clock,
    exclusive,
    isCookie,
    discard: pending.begin,
  });
  const { refresh } = refreshing;
  refreshing.schedule();

  function hear(message: TabMessage): void {
    if (!isMemory) held.hear(message);
    // Each page has a session of its own: the server has to be told of this one too.
    else if (message.why === 'LOGOUT' && held.state.sessionId) endHere('OTHER_TAB');
  }
  function wake(): void {
    held.sync();
    if (held.state.failure) refresh().catch(() => undefined);
    pending.deliver();
  }
  async function getAccessToken(): Promise<string | null> {
    const tokens = held.sync();
    if (tokens ? held.remainingMs(tokens) <= 0 : held.state.status === 'unknown') return refresh();
    return tokens?.accessToken ?? null;
  }
  async function renew(refused: string): Promise<string | null> {
    held.refuse(refused);
    return getAccessToken();
  }
  /** Once more with another token, when the first one is refused. */
  async function withToken<Result>(run: (token: string | null) => Promise<Result>): Promise<Result> {
    const token = await getAccessToken();
    return run(token).catch(async (failure: AuthError) => {
      const next = token && failure.code === 'UNAUTHENTICATED' && (await renew(token));
      if (!next) throw failure;
      return run(next);
    });
  }
  async function open<Name extends 'register' | 'confirmRegistration' | 'login' | 'changePassword'>(
    name: Name,
    variables: Operations[Name]['variables'],
    token?: string | null,
  ): Promise<Opened<Name>> {
    await pending.clearTheWay();
    return exclusive(async () => {
      const before = held.sync();
      const { turn } = held;
      const askedAt = clock.now();
      const payload: { accessToken?: string | null; refreshToken?: string | null } = await ask(name, variables, { token });
      const { accessToken, refreshToken, ...rest } = payload;
      if (accessToken) {
        const tokens = readTokens(accessToken, refreshToken, askedAt);
        if (!tokens) throw new AuthError('UNREACHABLE');
        if (turn !== held.turn) {
          pending.begin(tokens);
          throw new AuthError('LOGGED_OUT');
        }
        if (before && before.sessionId !== tokens.sessionId) {
          // Not by the cookie, which is that of the new session.
          if (isCookie)
            createTransport(url, fetch, clock, false)('logout', { input: {} }, { token: before.accessToken }).catch(() => undefined);
          else pending.begin(before);
        }
        held.keep(tokens);
      }
      return rest as Opened<Name>;
    });
  }
  function endHere(why: LogoutCause, scope?: 'ALL'): Promise<LogoutOutcome> | false {
    // Of a cookie it may not be known yet whose session it is.
    const ending = held.read() ?? (held.state.status === 'unknown' && { sessionId: scope ?? '' });
    const outcome = ending && pending.begin({ ...ending, scope });
    held.drop(why);
    return outcome;
  }

  return {
    get state() {
      return held.state;
    },
    onChange: held.onChange,
    register: (input) => open('register', { input }),
    confirmRegistration: (input) => open('confirmRegistration', { input }),
    login: (input) => open('login', { input }),
    changePassword: (input) => withToken((token) => open('changePassword', { input }, token)),
    getAccessToken,
    refresh,
    renew,
    async logout({ scope } = {}) {
      if (scope === 'OTHERS') {
        const { endedSessions } = await withToken((token) => ask('logout', { input: { scope } }, { token }));
        return { local: false, server: 'confirmed', endedSessions, failure: null };
      }
      const all = scope === 'ALL' ? scope : undefined;
      const outcome = endHere('LOGOUT', all);
      if (outcome) return outcome;
      // Nobody is logged in: the wish to log out is a wish to have told the server. That it can't end `ALL` it says itself.
      const told = await pending.deliver(all);
      if (all && !told[0]) return pending.begin({ sessionId: all, scope: all });
      return told.find((outcome) => outcome.failure) ?? told[0] ?? { local: true, server: 'confirmed', endedSessions: 0, failure: null };
    },
    sessions: () => withToken((token) => ask('sessions', {}, { token })),
    async revokeSession(input) {
      const answer = await withToken((token) => ask('revokeSession', { input }, { token }));
      if (answer.session?.id === held.state.sessionId) held.drop('LOGOUT');
      return answer;
    },
    close() {
      refreshing.close();
      pending.close();
      tabs?.leave();
      // An answer may come later.
      tabs = null;
    },
  };
}
