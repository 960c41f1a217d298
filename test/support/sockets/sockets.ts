/** WebSockets to a listening server: a client that sends and reads single protocol frames, so that a test sees each one. */
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';

export interface Frame {
  readonly type: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server sent; the test says what it must be
  readonly payload?: any;
}

export interface TestSocket {
  readonly raw: WebSocket;
  /** Every message received so far. */
  readonly frames: readonly Frame[];
  /** The code and reason with which the socket was closed. */
  readonly closed: Promise<string>;
  say(message: object): void;
  /** Waits for a message of a type, and of an operation if one is given. */
  hear(type: string, id?: string): Promise<Frame>;
  /** Waits for the next message of any type. @throws if the socket closes */
  heardMore(): Promise<void>;
}

export interface SocketOptions {
  readonly headers?: Record<string, string>;
  readonly protocol?: string;
}

/** Opens a socket and sends nothing. */
export async function openSocket(
  address: string,
  { headers = {}, protocol = 'graphql-transport-ws' }: SocketOptions = {},
): Promise<TestSocket> {
  const raw = new WebSocket(`${address.replace('http', 'ws')}/graphql`, protocol, { headers });
  onTestFinished(() => raw.terminate());
  const frames: Frame[] = [];
  let wake: () => void = () => undefined;
  raw.on('message', (text) => {
    frames.push(JSON.parse(String(text)));
    wake();
  });
  const closed = new Promise<string>((resolve) => {
    raw.on('close', (code, reason) => {
      wake();
      resolve(`${code} ${reason}`.trim());
    });
  });
  const heardMore = async () => {
    if (raw.readyState !== WebSocket.OPEN) throw new Error(`closed: ${JSON.stringify(frames)}`);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const socket: TestSocket = {
    raw,
    frames,
    closed,
    heardMore,
    say: (message) => raw.send(JSON.stringify(message)),
    async hear(type, id) {
      for (;;) {
        const found = frames.find((frame) => frame.type === type && (id === undefined || frame.id === id));
        if (found !== undefined) return found;
        await heardMore();
      }
    },
  };
  await once(raw, 'open');
  return socket;
}

/** Opens a socket and initialises it, with or without a token. */
export async function connect(address: string, token?: string, options: SocketOptions = {}): Promise<TestSocket> {
  const socket = await openSocket(address, options);
  socket.say({ type: 'connection_init', ...(token === undefined ? {} : { payload: { authorization: `Bearer ${token}` } }) });
  await socket.hear('connection_ack');
  return socket;
}

/** Subscribes, and returns when the server listens to the source of the events. */
export function subscribe(socket: TestSocket, query: string, id = '1', variables: object = {}): void {
  socket.say({ id, type: 'subscribe', payload: { query, variables } });
}
