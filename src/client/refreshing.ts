/** Refreshes the tokens before they expire, once for the whole browser, and decides what a failed refresh means for the session. */
import { AuthError } from './auth-error.js';
import type { ClientClock } from './clock.js';
import type { Exclusive } from './exclusive.js';
import type { HeldSession } from './held-session.js';
import { WORD_OF_MOUTH_MS } from './tabs.js';
import { createTimer } from './timer.js';
import { readTokens, type Tokens } from './tokens.js';
import type { Ask } from './transport.js';

export interface Refreshing {
  /**
   * Gets the next pair of tokens, unless another tab has already replaced the current pair.
   *
   * @returns the access token, or null if nobody is logged in any more
   * @throws AuthError if the refresh fails; the client keeps the session
   */
  refresh(): Promise<string | null>;
  /** Sets the timer for the current tokens. */
  schedule(): void;
  close(): void;
}

export interface RefreshingNeeds {
  readonly held: HeldSession;
  readonly ask: Ask;
  readonly clock: ClientClock;
  readonly exclusive: Exclusive;
  readonly isCookie: boolean;
  /** Takes tokens that arrived after their session had ended here, in order to log them out. */
  readonly discard: (tokens: Tokens) => void;
}

const MOST_AHEAD_MS = 60_000;

/**
 * If an answer was lost, the server repeats it for ten seconds after the first use of the refresh token. So the first try must end in
 * time for a second one.
 */
const FIRST_TRY_MS = 4000;

export function createRefreshing({ held, ask, clock, exclusive, isCookie, discard }: RefreshingNeeds): Refreshing {
  const timer = createTimer(clock);
  let flight: Promise<string | null> | null = null;
  /** The server has asked to wait this many seconds, and they are not over yet. */
  let retryAfter: number | null = null;

  const heldToken = () => held.read()?.accessToken ?? null;
  const start = () => {
    retryAfter = null;
    refresh().catch(() => undefined);
  };
  const schedule = () => {
    const tokens = held.read();
    if (tokens) timer.set(held.remainingMs(tokens) - Math.min(MOST_AHEAD_MS, tokens.lifetimeMs / 5), start);
  };

  /** Without a shared storage the other tab sends its new tokens as a message, which may arrive after its lock is released. */
  const hearTheNews = () =>
    new Promise<void>((resolve) => {
      clock.after(WORD_OF_MOUTH_MS, resolve);
      const unsubscribe = held.onChange(() => {
        unsubscribe();
        resolve();
      });
    });
  const exchange = (refreshToken?: string | null) => {
    const send = (limitMs?: number) => ask('refreshToken', { input: { refreshToken } }, { limitMs });
    return send(FIRST_TRY_MS).catch((failure: AuthError) => {
      if (failure.code !== 'UNREACHABLE') throw failure;
      return send();
    });
  };

  const run = async (old: string | null, hasWaited: boolean): Promise<string | null> => {
    if (isCookie && hasWaited && heldToken() === old) await hearTheNews();
    const tokens = held.sync();
    const mine = heldToken();
    const { turn, state } = held;
    if (tokens ? mine !== old && held.remainingMs(tokens) > 0 : state.status !== 'unknown') return mine;
    if (retryAfter && state.failure) throw state.failure;
    const isStillMine = () => turn === held.turn && heldToken() === mine;
    const askedAt = clock.now();
    try {
      const { accessToken, refreshToken, userErrors } = await exchange(tokens?.refreshToken);
      const next = readTokens(accessToken, refreshToken, askedAt);
      const code = userErrors[0]?.code ?? 'UNREACHABLE';
      if (!next && code !== 'INVALID_REFRESH_TOKEN') throw new AuthError(code);
      if (!isStillMine()) {
        if (next && next.sessionId !== held.read()?.sessionId) discard(next);
      } else if (next) held.keep(next);
      else held.drop('ENDED');
    } catch (thrown) {
      const failure = thrown as AuthError;
      if (isStillMine()) {
        retryAfter = failure.retryAfter;
        timer.retry(start, retryAfter);
        held.fail(failure);
        throw failure;
      }
    }
    return heldToken();
  };
  const refresh = (): Promise<string | null> => {
    const old = heldToken();
    flight ??= exclusive((hasWaited) => run(old, hasWaited)).finally(() => {
      flight = null;
    });
    return flight;
  };
  return {
    refresh,
    schedule,
    close: timer.close,
  };
}
