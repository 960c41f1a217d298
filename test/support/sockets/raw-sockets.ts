/** A WebSocket on bare TCP that answers nothing by itself: neither a ping nor a close. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawSocket {
  readonly tcp: Socket;
  /** All bytes received so far. */
  received(): Buffer;
  /** Sends a message as one frame. */
  say(message: object): void;
  /** Waits until this text has arrived. */
  hear(part: string): Promise<void>;
}

/** Connects and initialises, with a token or anonymously. */
export async function connectRaw(address: string, token?: string): Promise<RawSocket> {
  const { hostname, port } = new URL(address);
  const tcp = connect(Number(port), hostname);
  onTestFinished(() => void tcp.destroy());
  let bytes = Buffer.alloc(0);
  tcp.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  // The server cuts the connection sooner or later.
  tcp.on('error', () => undefined);
  const socket: RawSocket = {
    tcp,
    received: () => bytes,
    say: (message) => void tcp.write(frameOf(JSON.stringify(message))),
    async hear(part) {
      while (!bytes.includes(part)) await once(tcp, 'data');
    },
  };
  const lines = [
    'GET /graphql HTTP/1.1',
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  ];
  tcp.write(`${lines.join('\r\n')}\r\n\r\n`);
  await socket.hear('\r\n\r\n');
  socket.say({ type: 'connection_init', ...(token === undefined ? {} : { payload: { authorization: `Bearer ${token}` } }) });
  await socket.hear('connection_ack');
  return socket;
}

/** RFC 6455, section 5.2: a final text frame, masked with zeros. */
function frameOf(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(body.length < 126 ? 1 : body.length < 65_536 ? 3 : 9);
  if (length.length === 1) length.writeUInt8(0x80 | body.length);
  else length.writeUInt8(0x80 | (length.length === 3 ? 126 : 127));
  if (length.length === 3) length.writeUInt16BE(body.length, 1);
  if (length.length === 9) length.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), body]);
}
