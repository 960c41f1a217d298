/** Shared by the WebSocket and event stream routes: the door (it admits connections), the limits on connections, and the end of a token. */
import type { AccessToken } from '../caller/access-token-claims.js';
import type { StreamDoor } from '../caller/stream-door.js';
import type { LiveConnection, LiveConnections } from '../revocation/live-connections.js';

export interface StreamParts<Args, Fault> {
  readonly door: StreamDoor<Args, Fault>;
  readonly connections: LiveConnections;
  readonly addresses: AddressCounts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface StreamConnection extends LiveConnection {
  readonly token: AccessToken | null;
}

/** Limit of concurrent operations on one connection. */
export const OPERATIONS_PER_CONNECTION = 100;
/** Enough for a browser with many tabs: each tab opens one or two connections. */
export const CONNECTIONS_PER_SESSION = 50;
/** High, since many people may share an address. */
const CONNECTIONS_PER_ADDRESS = 1_000;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls `act` when the token expires by the server's clock. @returns a function that cancels the call */
export function whenExpired(token: AccessToken | null, now: number, act: () => void): () => void {
  if (token === null) return () => undefined;
  const timer = setTimeout(act, Math.min(Math.max(0, token.exp * 1000 - now), LONGEST_TIMER_MS));
  timer.unref();
  return () => clearTimeout(timer);
}

/** Indexes the connection first and checks its token second. In the other order, a revocation between the two would miss the connection. */
export async function endIfDead<Args, Fault>({ door, connections }: StreamParts<Args, Fault>, connection: StreamConnection): Promise<void> {
  connections.add(connection);
  const { token } = connection;
  try {
    const refusal = token === null ? null : await door.findRefusal(token);
    if (refusal !== null) connection.end(refusal);
  } catch {
    connection.end('unavailable');
  }
}

/** Counts the open connections of each client address. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** @returns null if the address is at its limit, otherwise a function that gives the place back */
  take(address: string | null): (() => void) | null {
    const key = address ?? '';
    const count = this.#counts.get(key) ?? 0;
    if (count >= CONNECTIONS_PER_ADDRESS) return null;
    this.#counts.set(key, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}
