/** A WebSocket on bare TCP, whose other end answers nothing of its own accord: neither pings nor the close. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawSocket {
  readonly tcp: Socket;
  /** All that came so far, byte by byte. */
  received(): Buffer;
  /** Sends a message as one frame. */
  say(message: object): void;
  /** Waits until this has come. */
  hear(part: string): Promise<void>;
}

/** Let in with a token, or as a stranger. */
export async function connectRaw(address: string, token?: string): Promise<RawSocket> {
  const { hostname, port } = new URL(address);
  const tcp = connect(Number(port), hostname);
  onTestFinished(() => void tcp.destroy());
  let bytes = Buffer.alloc(0);
  tcp.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
  });
  // It is cut off by the server sooner or later.
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
