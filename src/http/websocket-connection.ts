/** One WebSocket between graphql-ws and the network. It ends in one turn of the event loop: after that it sends no subscription event. */
import type { AccessToken } from '../caller/access-token-claims.js';
import type { EndOfConnection } from '../revocation/live-connections.js';
import type { StreamConnection } from './stream-door.js';

/** The part of a `ws` socket that is used here. */
export interface RawSocket {
  readonly protocol: string;
  readonly readyState: number;
  readonly OPEN: number;
  readonly bufferedAmount: number;
  send(text: string, sent: (error?: Error) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  ping(): void;
}

/**
 * The client library gives up after 4401. After 4403 it connects again and asks for the token anew. So 4401 says that the session is
 * over, and 4403 that a refresh helps, or at least tells.
 */
const CLOSE_CODES: Readonly<Record<EndOfConnection, readonly [number, string]>> = {
  'session-revoked': [4401, 'TOKEN_REVOKED'],
  'token-revoked': [4403, 'TOKEN_REVOKED'],
  'generation-revoked': [4403, 'TOKEN_REVOKED'],
  expired: [4403, 'TOKEN_EXPIRED'],
  unavailable: [1013, 'AUTH_UNAVAILABLE'],
  stopping: [1001, 'The server is stopping'],
};

/** A client that logs out over its own socket gets the answer before the socket closes. The socket waits for it no longer than this. */
const LAST_ANSWER_WITHIN_MS = 1_000;

/** A client that leaves a message unread for longer is disconnected. */
const READ_WITHIN_MS = 5_000;

/** A client that pings without reading would fill the memory with unread pongs. The package `ws` has the same limit for pong frames. */
const PONGS_AT_ONCE = 60;

export function createWebSocketConnection(socket: RawSocket): WebSocketConnection {
  return new WebSocketConnection(socket);
}

export class WebSocketConnection implements StreamConnection {
  token: AccessToken | null = null;
  /** Mutations that are still answered when the connection ends, since a mutation may itself have ended it. */
  readonly #owed = new Set<string>();
  #ending: EndOfConnection | null = null;
  #pongs = 0;

  constructor(private readonly socket: RawSocket) {}

  /** Whether the socket is open, as far as this side knows. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get isEnding(): boolean {
    return this.#ending !== null;
  }

  owe(operation: string): void {
    this.#owed.add(operation);
  }

  /** Call it when the answer has been sent, or when the client no longer waits for it. */
  settle(operation: string): void {
    if (this.#owed.delete(operation) && this.#owed.size === 0 && this.#ending !== null) this.#close(this.#ending);
  }

  /** Once the connection is ending, only owed answers are sent. A client that does not read is disconnected. */
  send(text: string): Promise<void> {
    const { socket } = this;
    if (!this.isOpen || (this.#ending !== null && !this.#isOwed(text))) return Promise.resolve();
    return new Promise((resolve) => {
      // The library sends one message at a time, so the backlog of a slow client can't grow beyond one message.
      const timer = setTimeout(() => socket.terminate(), READ_WITHIN_MS);
      timer.unref();
      socket.send(text, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Answers a `ping` message of the protocol graphql-transport-ws, not a ping frame. */
  async pong(payload: unknown): Promise<void> {
    if (this.#pongs >= PONGS_AT_ONCE) return this.socket.terminate();
    this.#pongs += 1;
    await this.send(JSON.stringify({ type: 'pong', payload }));
    this.#pongs -= 1;
  }

  end(cause: EndOfConnection): void {
    if (this.#ending !== null) return;
    this.#ending = cause;
    if (this.#owed.size === 0) this.#close(cause);
    else setTimeout(() => this.#close(cause), LAST_ANSWER_WITHIN_MS).unref();
  }

  close(code: number, reason: string): void {
    this.#ending ??= 'stopping';
    this.socket.close(code, reason);
  }

  /** Terminates the socket if bytes are still buffered: they may hold an event from before the end, which must not arrive any more. */
  #close(cause: EndOfConnection): void {
    if (this.socket.bufferedAmount > 0) this.socket.terminate();
    else this.socket.close(...CLOSE_CODES[cause]);
  }

  #isOwed(text: string): boolean {
    const { id } = JSON.parse(text) as { id?: string };
    return id !== undefined && this.#owed.has(id);
  }
}
