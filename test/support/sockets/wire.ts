/** Bytes on a real socket: requests that no HTTP client would send, and the answer as it arrives. */
import { connect } from 'node:net';
import { collectLog } from '../app/collected-log.js';
import { startApp } from '../app/start-app.js';

/** Listens on a free loopback port. The connection ends when the server closes it, or when the client has sent everything. */
export async function openWire() {
  const collected = collectLog();
  const app = await startApp({ log: collected.log });
  const { hostname, port } = new URL(await app.app.listen());
  /** @param waits whether the client keeps its side open: after a half-close it would miss an answer that takes time */
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
