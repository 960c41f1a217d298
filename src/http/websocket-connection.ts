/** One WebSocket between graphql-ws and the wire: it can be ended in one turn, and nothing of a subscription goes out after that. */
import type { AccessToken } from '../caller/access-token-claims.js';
import type { EndOfConnection } from '../revocation/live-connections.js';
import type { StreamConnection } from './stream-door.js';

/** What is used of the socket of the package `ws`. */
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

/** The library of the client takes 4401 for final and connects again after the others, with a fresh token after 4403. */
const CLOSE_CODES: Readonly<Record<EndOfConnection, readonly [number, string]>> = {
  revoked: [4401, 'TOKEN_REVOKED'],
  expired: [4403, 'TOKEN_EXPIRED'],
  unavailable: [1013, 'AUTH_UNAVAILABLE'],
  stopping: [1001, 'The server is stopping'],
};

/** A logout over its own socket is answered before the socket is closed, but the socket is not kept for longer than this. */
const LAST_ANSWER_WITHIN_MS = 1_000;

/** How long a reader may leave a message lying. */
const READ_WITHIN_MS = 5_000;

/** Who pings on without reading would fill the memory with what it is answered; the package `ws` allows as many of the frames below. */
const PONGS_AT_ONCE = 60;

export function createWebSocketConnection(socket: RawSocket): WebSocketConnection {
  return new WebSocketConnection(socket);
}

export class WebSocketConnection implements StreamConnection {
  token: AccessToken | null = null;
  /** The operations that still owe an answer when the connection ends: mutations, which may have ended it themselves. */
  readonly #owed = new Set<string>();
  #ending: EndOfConnection | null = null;
  #pongs = 0;

  constructor(private readonly socket: RawSocket) {}

  /** Whether the other end is there, as far as is known. */
  get isOpen(): boolean {
    return this.socket.readyState === this.socket.OPEN;
  }

  get isEnding(): boolean {
    return this.#ending !== null;
  }

  owe(operation: string): void {
    this.#owed.add(operation);
  }

  /** The answer has been sent, or nobody waits for it. */
  settle(operation: string): void {
    if (this.#owed.delete(operation) && this.#owed.size === 0 && this.#ending !== null) this.#close(this.#ending);
  }

  /** After the end only answers that are owed go out. A reader that does not read is dropped. */
  send(text: string): Promise<void> {
    const { socket } = this;
    if (!this.isOpen || (this.#ending !== null && !this.#isOwed(text))) return Promise.resolve();
    return new Promise((resolve) => {
      // The library sends one message after another, so what a reader leaves lying can't grow beyond one.
      const timer = setTimeout(() => socket.terminate(), READ_WITHIN_MS);
      timer.unref();
      socket.send(text, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** A message of the protocol, not the frame. */
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

  /** What still waits in the buffer may be an event of before, and must not arrive any more. */
  #close(cause: EndOfConnection): void {
    if (this.socket.bufferedAmount > 0) this.socket.terminate();
    else this.socket.close(...CLOSE_CODES[cause]);
  }

  #isOwed(text: string): boolean {
    const { id } = JSON.parse(text) as { id?: string };
    return id !== undefined && this.#owed.has(id);
  }
}
