/** Logouts that the server has not confirmed: kept in storage and sent until it answers, even after the page was closed. */
import type { AuthChange, LogoutOutcome } from './auth-changes.js';
import type { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import type { Exclusive } from './exclusive.js';
import { WORD_OF_MOUTH_MS } from './tabs.js';
import { createTimer } from './timer.js';
import type { TokenStorage } from './token-storage.js';
import type { Ask } from './transport.js';

/** A session to end. It has no tokens if the cookie identifies the session. */
export interface Ending {
  /** If unknown: `ALL` for that scope and empty for `CURRENT`, so that neither takes the answer of the other. */
  readonly sessionId: string;
  readonly accessToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
  /** Absent means `CURRENT`. */
  readonly scope?: 'ALL' | undefined;
}

/** A logout has a name of its own, so that a tab can tell an old one from a new one whatever reaches it first. */
interface NamedEnding extends Ending {
  readonly id: string;
}

/** What one tab tells the others about a logout. */
export interface LogoutNews {
  readonly id: string;
  readonly server: LogoutOutcome['server'];
}

export interface PendingLogouts {
  /** How many wait: of one session, or of all. */
  count(sessionId?: string): number;
  /** Stores a logout and sends it. */
  begin(ending: Ending): Promise<LogoutOutcome>;
  /** Sends all logouts that wait, or only those with scope `ALL`. */
  deliver(wanted?: 'ALL'): Promise<LogoutOutcome[]>;
  /** Takes in a message of another tab. @returns whether it says anything new */
  hear(news: LogoutNews): boolean;
  /** Call it when another tab has written to the storage. It repairs what two tabs have written at the same time. */
  look(): void;
  /** Call it when this tab may have missed messages: from then on only the storage counts. */
  wake(): void;
  /**
   * Call it before a login. A waiting logout would end the new session too if its scope is `ALL` or if it uses the cookie.
   *
   * @throws AuthError if the server can't confirm it now
   */
  clearTheWay(): Promise<void>;
  close(): void;
}

export interface PendingLogoutNeeds {
  readonly storage: TokenStorage;
  readonly key: string;
  readonly ask: Ask;
  readonly clock: ClientClock;
  readonly exclusive: Exclusive;
  readonly isCookie: boolean;
  /** Tells the other tabs, and with a change also this one. */
  readonly tell: (logout: LogoutNews, change?: AuthChange) => void;
}

/** Longer than the longest pause between two tries: the tab that has begun the logout is gone or asleep. */
const TAKE_OVER_MS = 90_000;

export function keepLogouts({ storage, key, ask, clock, exclusive, isCookie, tell }: PendingLogoutNeeds): PendingLogouts {
  const flights = new Map<string, Promise<LogoutOutcome>>();
  const timer = createTimer(clock);
  /** The logouts of this tab that wait, also if another tab has overwritten them in the storage. */
  const own = new Map<string, NamedEnding>();
  /** Logouts of other tabs that the storage does not show yet. */
  const heard = new Set<string>();
  /** The logouts that are over, also if the storage still shows them. `confirmed` is final: another tab may get `refused` afterwards. */
  const over = new Map<string, 'confirmed' | 'refused'>();
  let rouse = () => {};
  let begun = 0;

  const stored = (): NamedEnding[] => {
    try {
      return JSON.parse(storage.getItem(key) ?? '').filter(({ sessionId }: Ending) => sessionId != null);
    } catch {
      return [];
    }
  };
  const list = (wanted?: string): NamedEnding[] =>
    [...stored().filter(({ id }) => !own.has(id) && !over.has(id)), ...own.values()].filter(
      ({ sessionId }) => sessionId === (wanted ?? sessionId),
    );
  const save = () => {
    const all = list();
    if (all[0]) storage.setItem(key, JSON.stringify(all));
    else storage.removeItem(key);
  };
  /** To end one session an access token is enough, even an expired one. So no refresh token is stored that could revive the session. */
  const put = ({ sessionId, accessToken, refreshToken, scope }: Ending): NamedEnding => {
    const before = list(sessionId)[0];
    // A scope `ALL` that was stored before stays in force.
    const wish = before?.scope ?? scope;
    const id = before?.id ?? `${sessionId} ${clock.now()} ${begun++}`;
    const kept = { id, sessionId, scope: wish, ...(!isCookie && { accessToken, refreshToken: wish && refreshToken }) };
    own.set(id, kept);
    save();
    return kept;
  };
  /** @returns whether this is news */
  const settle = ({ id, server }: LogoutNews): boolean => {
    const before = over.get(id);
    if (server === 'pending' && !before) {
      if (!own.has(id)) heard.add(id);
      return true;
    }
    own.delete(id);
    heard.delete(id);
    if (server === 'pending' || before === 'confirmed') return false;
    over.set(id, server);
    return before !== server;
  };

  const attempt = async (ending: NamedEnding): Promise<LogoutOutcome> => {
    const { id, sessionId, scope } = ending;
    let [server, endedSessions, failure]: [LogoutOutcome['server'], number, AuthError | null] = ['confirmed', 0, null];
    const send = ({ accessToken, refreshToken }: Ending) => ask('logout', { input: { scope, refreshToken } }, { token: accessToken });
    /** Scope `ALL` needs a live access token. The new tokens are used for this logout only and go nowhere else. */
    const renew = async (refusal: AuthError) => {
      if (refusal.code !== 'UNAUTHENTICATED' || (sessionId && !scope)) throw refusal;
      // There was neither a token nor a cookie: nobody was logged in.
      if (!sessionId) return { endedSessions };
      const tokens = await ask('refreshToken', { input: { refreshToken: ending.refreshToken } });
      if (!tokens.accessToken) throw refusal;
      const renewed = { ...ending, ...tokens };
      put(renewed);
      return send(renewed);
    };
    try {
      ({ endedSessions } = await send(ending).catch(renew));
    } catch (thrown) {
      failure = thrown as AuthError;
      server = failure.code === 'UNAUTHENTICATED' ? 'refused' : 'pending';
    }
    if (over.get(id) === 'confirmed') [server, failure] = ['confirmed', null];
    const isNews = settle({ id, server });
    save();
    if (server === 'pending') timer.retry(deliver, failure?.retryAfter);
    // The server can be reached: send the others that wait.
    else timer.set(0, deliver);
    if (isNews) tell({ id, server }, { reason: `LOGOUT_${server.toUpperCase() as Uppercase<typeof server>}` });
    return { local: true, server, endedSessions, failure };
  };
  const fly = (ending: NamedEnding): Promise<LogoutOutcome> => {
    const { sessionId } = ending;
    const flight = flights.get(sessionId) ?? attempt(ending).finally(() => flights.delete(sessionId));
    flights.set(sessionId, flight);
    return flight;
  };
  const due = (wanted?: 'ALL') => list().filter(({ scope }) => scope === (wanted ?? scope));
  /** The tab that held the lock may have got the answer, and neither its message nor the storage has reached this tab. */
  const hearTheNews = () =>
    new Promise<void>((resolve) => {
      rouse = resolve;
      clock.after(WORD_OF_MOUTH_MS, resolve);
    });
  const deliver = async (wanted?: 'ALL') =>
    due(wanted)[0]
      ? exclusive(async (hasWaited) => {
          if (hasWaited && due(wanted).some(({ id }) => !own.has(id))) await hearTheNews();
          return Promise.all(due(wanted).map(fly));
        })
      : [];
  const takeOverLater = () => {
    if (!own.size && due()[0]) timer.set(TAKE_OVER_MS, deliver);
  };
  if (due()[0]) timer.set(0, deliver);

  return {
    count(sessionId) {
      for (const { id } of stored()) heard.delete(id);
      return list(sessionId).length + (sessionId === undefined ? heard.size : 0);
    },
    begin(ending) {
      const kept = put(ending);
      tell({ id: kept.id, server: 'pending' });
      const flight = fly({ ...kept, ...ending, scope: kept.scope });
      // Until the answer is there, no other tab sends the same.
      exclusive(() => flight);
      return flight;
    },
    deliver,
    hear(news) {
      const isNews = settle(news);
      rouse();
      takeOverLater();
      return isNews;
    },
    look() {
      const now = stored();
      if (now.some(({ id }) => over.has(id)) || [...own.keys()].some((id) => !now.some((other) => other.id === id))) save();
      rouse();
      takeOverLater();
    },
    wake() {
      heard.clear();
      deliver();
    },
    async clearTheWay() {
      for (const { server, failure } of await deliver(isCookie ? undefined : 'ALL')) if (server === 'pending') throw failure;
    },
    close: timer.close,
  };
}
