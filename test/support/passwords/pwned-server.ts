/** A stand-in for Have I Been Pwned: the same protocol on a real socket, which keeps everything it receives. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface PwnedServer {
  readonly url: string;
  readonly asked: IncomingMessage[];
  /** Everything that arrived over the socket, as text. */
  heard(): string;
}

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();
const PADDING = 800;

/** @param answer handles a request; by default it returns `leaked` among other hashes and padding */
export async function startPwnedServer(leaked: readonly string[] = [], answer: RequestListener = rangesOf(leaked)): Promise<PwnedServer> {
  const asked: IncomingMessage[] = [];
  let heard = '';
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  server.on('connection', (socket) => {
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, heard: () => heard };
}

/** Answers like the real server: sorted lines with CRLF, none at the end. With `Add-Padding` some lines have the count 0. */
function rangesOf(leaked: readonly string[]): RequestListener {
  return ({ url, headers }, response) => {
    const prefix = /^\/range\/([0-9A-F]{5})$/.exec(url ?? '')?.[1];
    if (prefix === undefined) return void response.writeHead(400).end('The hash prefix was not in a valid format');
    const known = leaked
      .map(sha1)
      .filter((hash) => hash.startsWith(prefix))
      .map((hash) => `${hash.slice(5)}:42`);
    const others = Array.from({ length: 20 }, () => `${randomHash()}:3`);
    const padding = headers['add-padding'] === 'true' ? Array.from({ length: PADDING }, () => `${randomHash()}:0`) : [];
    response.setHeader('content-type', 'text/plain').end([...known, ...others, ...padding].sort().join('\r\n'));
  };
}

function randomHash(): string {
  return randomBytes(18).toString('hex').slice(0, 35).toUpperCase();
}

/** The hash digits that may be sent, and those that may not. */
export function splitHash(password: string): { prefix: string; rest: string } {
  return { prefix: sha1(password).slice(0, 5), rest: sha1(password).slice(5) };
}
