/** Logouts that the server has not confirmed: kept in storage and sent until it answers, even after the page was closed. */
import type { AuthChange, LogoutOutcome } from './auth-changes.js';
import type { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import type { Exclusive } from './exclusive.js';
import { createTimer } from './timer.js';
import type { TokenStorage } from './token-storage.js';
import type { Ask } from './transport.js';

/** It has no tokens if the cookie identifies the session. */
interface Ending {
  /** If unknown: `ALL` for that scope and empty for `CURRENT`, so that neither takes the answer of the other. */
  readonly sessionId: string;
  readonly accessToken?: string | null | undefined;
  readonly refreshToken?: string | null | undefined;
  /** Absent means `CURRENT`. */
  readonly scope?: 'ALL' | undefined;
}

export interface PendingLogouts {
  /** How many wait: of one session, or of all. */
  count(sessionId?: string): number;
  /** Stores a logout and sends it. */
  begin(ending: Ending): Promise<LogoutOutcome>;
  /** Sends all logouts that wait, or only those with scope `ALL`. */
  deliver(wanted?: 'ALL'): Promise<LogoutOutcome[]>;
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
  readonly tell: (change: AuthChange) => void;
}

export function keepLogouts({ storage, key, ask, clock, exclusive, isCookie, tell }: PendingLogoutNeeds): PendingLogouts {
  const flights = new Map<string, Promise<LogoutOutcome>>();
  const timer = createTimer(clock);

  const list = (wanted?: string): Ending[] => {
    try {
      return JSON.parse(storage.getItem(key) ?? '').filter(({ sessionId }: Ending) => sessionId === (wanted ?? sessionId ?? null));
    } catch {
      return [];
    }
  };
  const save = (sessionId: string, ...endings: Ending[]) => {
    const all = [...list().filter((other) => other.sessionId !== sessionId), ...endings];
    if (all[0]) storage.setItem(key, JSON.stringify(all));
    else storage.removeItem(key);
  };
  /** To end one session an access token is enough, even an expired one. So no refresh token is stored that could revive the session. */
  const put = ({ sessionId, accessToken, refreshToken, scope }: Ending) => {
    const wish = list(sessionId)[0]?.scope ?? scope;
    const tokens = !isCookie && { accessToken, refreshToken: wish && refreshToken };
    save(sessionId, { sessionId, scope: wish, ...tokens });
    return wish;
  };

  const attempt = async (ending: Ending): Promise<LogoutOutcome> => {
    const { sessionId, scope } = ending;
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
    if (server === 'pending') timer.retry(deliver, failure?.retryAfter);
    else {
      save(sessionId);
      // The server can be reached: send the others that wait.
      timer.set(0, deliver);
    }
    tell({ reason: `LOGOUT_${server.toUpperCase() as Uppercase<typeof server>}` });
    return { local: true, server, endedSessions, failure };
  };
  const fly = (ending: Ending): Promise<LogoutOutcome> => {
    const { sessionId } = ending;
    const flight = flights.get(sessionId) ?? attempt(ending).finally(() => flights.delete(sessionId));
    flights.set(sessionId, flight);
    return flight;
  };
  const due = (wanted?: 'ALL') => list().filter(({ scope }) => scope === (wanted ?? scope));
  const deliver = async (wanted?: 'ALL') => (due(wanted)[0] ? exclusive(() => Promise.all(due(wanted).map(fly))) : []);
  if (due()[0]) timer.set(0, deliver);

  return {
    count: (sessionId) => list(sessionId).length,
    // A scope `ALL` that was stored before stays in force.
    begin: (ending) => fly({ ...ending, scope: put(ending) }),
    deliver,
    async clearTheWay() {
      for (const { server, failure } of await deliver(isCookie ? undefined : 'ALL')) if (server === 'pending') throw failure;
    },
    close: timer.close,
  };
}
