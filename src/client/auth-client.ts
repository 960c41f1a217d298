/** `latchkey/client`, for browsers and Node: logs in and out, refreshes tokens, and reports each change to the application. */
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
import { type Awakening, joinTabs, WORD_OF_MOUTH_MS } from './tabs.js';
import { createTimer } from './timer.js';
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
  /** The GraphQL address of the server. */
  readonly url: string;
  /**
   * `memory`: both tokens in the memory of this page, lost when it closes. `cookie`: the refresh token in a cookie of the server, which
   * no script can read. A storage such as `localStorage`: both tokens in it, shared by all tabs.
   */
  readonly tokens: 'memory' | 'cookie' | TokenStorage;
  /** Whether to coordinate with other tabs. The default is true if there is a document. */
  readonly tabs?: boolean;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: ClientClock;
}

/** One entry of the user's list of sessions. */
export type Session = Payload<'sessions'>[number];
/** A mistake that the user can correct, such as a wrong password. */
export type UserError = Payload<'login'>['userErrors'][number];

type Opened<Name extends keyof Operations> = Omit<Payload<Name>, 'accessToken' | 'refreshToken'>;

/** Methods that send a request throw an `AuthError` if the request fails. Mistakes of the user are in `userErrors` instead. */
export interface AuthClient {
  /** The object stays the same until something changes. */
  readonly state: AuthState;
  /** @returns a function that unsubscribes */
  onChange(listener: AuthListener): () => void;
  /** Also logs in, unless `confirmationSent` is true: then call `confirmRegistration` with the mailed code. */
  register(input: RegisterInput): Promise<Opened<'register'>>;
  confirmRegistration(input: ConfirmRegistrationInput): Promise<Opened<'confirmRegistration'>>;
  /** Logs out the session that this client had before. */
  login(input: LoginInput): Promise<Opened<'login'>>;
  /** Call it here, not past the client: the server revokes all earlier tokens, and the client needs the new ones. */
  changePassword(input: ChangePasswordInput): Promise<Opened<'changePassword'>>;
  /** @returns a valid access token; null if nobody is logged in. Throws if the token has expired and the refresh fails. */
  getAccessToken(): Promise<string | null>;
  /** Refreshes now and returns the new access token. Rarely needed: the client refreshes before the token expires. */
  refresh(): Promise<string | null>;
  /** Call it with an access token that the server has refused; it gets another one. Null means that the session is over, in every tab. */
  renew(refused: string): Promise<string | null>;
  /** Never throws for the scopes `CURRENT` and `ALL`: this browser deletes its tokens in any case, and `server` reports the rest. */
  logout(options?: { readonly scope?: LogoutScope }): Promise<LogoutOutcome>;
  sessions(): Promise<readonly Session[]>;
  revokeSession(input: RevokeSessionInput): Promise<Payload<'revokeSession'>>;
  /** Stops timers and listeners. It does not log out. */
  close(): void;
}

export function createAuthClient(options: AuthClientOptions): AuthClient {
  const { url, tokens: kept, fetch = (...request) => globalThis.fetch(...request), clock = systemClock } = options;
  const isCookie = kept === 'cookie';
  const isMemory = kept === 'memory';
  const key = `latchkey:${url}`;
  const ask = createTransport(url, fetch, clock, isCookie);
  // Tokens in the memory of one page need no lock against other tabs.
  const lock = isMemory ? null : key;
  const exclusive = createExclusive(lock, clock);
  const own = shelter(() => (typeof kept === 'object' ? kept : undefined));

  // Node has no tabs: one program may hold the sessions of many users, and they must not hear each other.
  let tabs = (options.tabs ?? browser.document) ? joinTabs<TabMessage>(key, { hear, look, wake }) : null;
  const post = (message: TabMessage) => tabs?.post(message);
  /** Looks once more when every message and every write of another tab has arrived, whichever came first. */
  const afterwards = createTimer(clock);
  const pending = keepLogouts({
    // With a cookie only the fact of the logout is stored: the cookie still exists and must not bring the session back.
    storage: isCookie ? shelter(() => browser.localStorage) : own,
    key: `${key}:logout`,
    ask,
    clock,
    exclusive: createExclusive(lock && `${key}:logout`, clock),
    isCookie,
    tell(logout, change) {
      if (change) held.tell(change);
      post({ logout, ...(change && { change }) });
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
    if (isMemory) {
      // With `memory` each page has its own session, so this page must send its own logout.
      if (message.why === 'LOGOUT' && held.state.sessionId) endHere('OTHER_TAB');
      return;
    }
    const { logout, change, ...rest } = message;
    const isNews = !logout || pending.hear(logout);
    held.hear(isNews && change ? { ...rest, change } : rest);
    afterwards.set(WORD_OF_MOUTH_MS, held.sweep);
  }
  function look(): void {
    if (isMemory) return;
    pending.look();
    // If the tokens are gone, wait for the message: it says why.
    if (held.read() || pending.count()) held.sync();
    held.recount();
    afterwards.set(WORD_OF_MOUTH_MS, held.sweep);
  }
  function wake({ persisted }: Awakening): void {
    held.sync();
    // With a cookie, a page out of the back/forward cache can learn only from the server whether its session has ended meanwhile.
    if (held.state.failure || (persisted && isCookie)) refresh().catch(() => undefined);
    pending.wake();
    held.recount();
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
  /** If the server refuses the token, runs it again with a new one. */
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
          // Send the old access token and not the cookie: the cookie now belongs to the new session.
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
    // The session id may not be known yet: the cookie is readable only by the server.
    const ending = held.sync() ?? (held.state.status === 'unknown' && { sessionId: scope ?? '' });
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
      // Nobody is logged in: deliver the logouts that still wait. For `ALL` send one anyway: the server says whether it can.
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
      afterwards.close();
      tabs?.leave();
      // A late answer must not use the closed channel.
      tabs = null;
    },
  };
}
