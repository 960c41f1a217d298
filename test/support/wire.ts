/** Bytes on a real socket: what no HTTP client would send, and the answer as it came. */
import { connect } from 'node:net';
import { collectLog } from './collected-log.js';
import { startApp } from './start-app.js';

/** Listens on a free port of the loopback. The server closes the connection, or the client when it has sent all. */
export async function openWire() {
  const collected = collectLog();
  const app = await startApp({ log: collected.log });
  const { hostname, port } = new URL(await app.app.listen());
  const send = async (bytes: string | Buffer): Promise<string> => {
    const socket = connect(Number(port), hostname);
    socket.end(bytes);
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    return answer;
  };
  return { ...app, send: app.send, sendRaw: send, collected };
}
