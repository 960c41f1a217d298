/** Bytes on a real socket: what no HTTP client would send, and the answer as it came. */
import { connect } from 'node:net';
import { collectLog } from '../app/collected-log.js';
import { startApp } from '../app/start-app.js';

/** Listens on a free port of the loopback. The server closes the connection, or the client when it has sent all. */
export async function openWire() {
  const collected = collectLog();
  const app = await startApp({ log: collected.log });
  const { hostname, port } = new URL(await app.app.listen());
  /** @param waits whether the client leaves its side open: who closes it gets no answer that takes its time */
  const send = async (bytes: string | Buffer, { waits = false } = {}): Promise<string> => {
    const socket = connect(Number(port), hostname);
    if (waits) socket.write(bytes);
    else socket.end(bytes);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  };
  return { ...app, send: app.send, sendRaw: send, collected };
}
