/** A WebSocket client that records when each frame arrived. It uses little memory, so thousands fit beside a server. */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';

/** Milliseconds of the system clock, which all processes of the machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** A final frame, masked with zeros (RFC 6455, section 5.2). */
function frameOf(opcode, body) {
  const long = body.length > 125;
  const head = Buffer.alloc(long ? 4 : 2);
  head.writeUInt8(0x80 | opcode);
  head.writeUInt8(0x80 | (long ? 126 : body.length), 1);
  if (long) head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, Buffer.alloc(4), body]);
}

/** Calls `take(opcode, body)` for each complete frame. @returns the incomplete rest */
function readFrames(bytes, take) {
  while (bytes.length >= 2) {
    const short = bytes[1] & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < head) break;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) break;
    take(bytes[0] & 0x0f, bytes.subarray(head, head + length));
    bytes = bytes.subarray(head + length);
  }
  return bytes;
}

/**
 * Connects with the token and subscribes if there is a query. It returns after the first event, or with `isQuiet` as soon as the server
 * has received the subscription.
 *
 * @returns `events`, each with the times of sending and arrival, and `closed` with code, reason and time
 */
export async function openSocket(url, token, { query, isQuiet = false, headers = {} } = {}) {
  const { hostname, port, pathname } = new URL(url);
  const tcp = connect(Number(port), hostname).setNoDelay();
  const events = [];
  let left = null;
  let begin;
  const begun = new Promise((resolve, reject) => {
    begin = resolve;
    tcp.once('error', reject);
  });
  let conclude;
  const closed = new Promise((resolve) => {
    conclude = resolve;
  });
  const say = (message) => tcp.write(frameOf(1, Buffer.from(JSON.stringify(message))));
  const take = (at) => (opcode, body) => {
    if (opcode === 1) hear(JSON.parse(body), at);
    else if (opcode === 9) tcp.write(frameOf(10, Buffer.from(body)));
    else if (opcode === 8) {
      conclude({ code: body.readUInt16BE(0), reason: body.toString('utf8', 2), at });
      tcp.end(frameOf(8, Buffer.from(body.subarray(0, 2))));
    }
  };
  const hear = ({ type, payload }, at) => {
    if (type === 'connection_ack' && query === undefined) begin();
    else if (type === 'connection_ack') {
      say({ id: '1', type: 'subscribe', payload: { query } });
      if (isQuiet) say({ type: 'ping' });
    } else if (type === 'pong') begin();
    else if (type === 'next') {
      events.push({ at, emittedAt: payload.data?.tick });
      begin();
    }
  };
  tcp.on('data', (bytes) => {
    const at = now();
    if (left === null) {
      const end = bytes.indexOf('\r\n\r\n');
      if (!bytes.toString('latin1').startsWith('HTTP/1.1 101')) return tcp.destroy(new Error(bytes.toString('latin1').split('\r\n')[0]));
      bytes = bytes.subarray(end + 4);
      say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
    } else if (left.length > 0) bytes = Buffer.concat([left, bytes]);
    // Copy the rest: a slice would keep the whole chunk in memory.
    left = Buffer.from(readFrames(bytes, take(at)));
  });
  tcp.on('error', () => undefined);
  tcp.on('close', () => conclude({ code: 1006, reason: '', at: now() }));
  const lines = Object.entries({
    Host: `${hostname}:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    'Sec-WebSocket-Protocol': 'graphql-transport-ws',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  tcp.write(`GET ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  await Promise.race([begun, closed.then(({ code, reason }) => Promise.reject(new Error(`closed with ${code} ${reason}`)))]);
  return { events, closed, leave: () => tcp.destroy() };
}
