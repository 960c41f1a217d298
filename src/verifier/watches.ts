/** What a service has open for a caller, and ends when the caller may no longer be served (R38). */
import type { AccessToken } from '../caller/access-token-claims.js';
import { createLiveConnections, type EndOfConnection, type LiveConnections } from '../revocation/live-connections.js';
import type { LogDelta } from '../revocation/memory/replica.js';
import type { RevocationVerdict } from '../revocation/revocation-check.js';
import type { VerifierClock, VerifierLog, WatchEnd } from './contract.js';

interface Needs {
  readonly clock: VerifierClock;
  readonly log: VerifierLog;
  /** Called with true when the first one is watched, and with false when the last one has ended. */
  readonly onChange: (areOpen: boolean) => void;
}

/** One open thing that is watched. */
export interface Watch {
  end(cause: EndOfConnection): void;
  stop(): void;
}

/** The same codes as those of the login server's own connections (R31). */
const ENDS: Readonly<Record<EndOfConnection, WatchEnd>> = {
  'session-revoked': { code: 4401, reason: 'TOKEN_REVOKED' },
  'token-revoked': { code: 4403, reason: 'TOKEN_REVOKED' },
  'generation-revoked': { code: 4403, reason: 'TOKEN_REVOKED' },
  expired: { code: 4403, reason: 'TOKEN_EXPIRED' },
  unavailable: { code: 1013, reason: 'AUTH_UNAVAILABLE' },
  stopping: { code: 1013, reason: 'AUTH_UNAVAILABLE' },
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createWatches(...given: ConstructorParameters<typeof Watches>): Watches {
  return new Watches(...given);
}

export class Watches {
  readonly #all: LiveConnections;

  constructor(private readonly needs: Needs) {
    this.#all = createLiveConnections(needs.onChange);
  }

  get size(): number {
    return this.#all.size;
  }

  /** @param end called at most once, and never after `stop`. What it throws is logged, and delays nothing */
  add(token: AccessToken, end: (cause: WatchEnd) => void): Watch {
    let isOver = false;
    let timer: NodeJS.Timeout | undefined;
    const stop = () => {
      isOver = true;
      clearTimeout(timer);
      this.#all.remove(connection);
    };
    const connection = {
      token,
      end: (cause: EndOfConnection) => {
        if (isOver) return;
        stop();
        this.#tell(end, ENDS[cause]);
      },
    };
    const endAtExp = () => {
      const left = token.exp * 1000 - this.needs.clock.now().wall;
      if (left <= 0) return connection.end('expired');
      timer = setTimeout(endAtExp, Math.min(left, LONGEST_TIMER_MS));
      timer.unref();
    };
    this.#all.add(connection);
    endAtExp();
    return { end: connection.end, stop };
  }

  endRevoked(delta: LogDelta): void {
    this.#all.endRevoked(delta);
  }

  /** Ends what a verdict that needs no I/O ends: after the keys, or a generation that may be lower, have been replaced. */
  endWhere(verdictOn: (token: AccessToken) => RevocationVerdict): void {
    this.#all.endWhere((token) => {
      const verdict = verdictOn(token as AccessToken);
      return verdict === 'live' ? null : verdict;
    });
  }

  endAll(): void {
    this.#all.endAll('unavailable', true);
  }

  #tell(end: (cause: WatchEnd) => void, cause: WatchEnd): void {
    try {
      // An `end` that is `async` by mistake must not end the process.
      const result: unknown = end(cause);
      if (result instanceof Promise) result.catch((error: unknown) => this.#complain(error));
    } catch (error) {
      this.#complain(error);
    }
  }

  #complain(error: unknown): void {
    this.needs.log.error({ err: error }, 'the function that ends a watched connection has thrown');
  }
}
