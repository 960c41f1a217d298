/** SIGTERM and SIGINT: the server finishes running requests and then releases everything. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';

const isRefused = (url: string) =>
  fetch(`${url}/livez`).then(
    () => false,
    () => true,
  );

/** Sends part of a request. From then on the connection is not idle; with the whole head the request is in flight. */
async function halfSent(server: ServerProcess, query: string, part: 'head and half the body' | 'half the head' = 'head and half the body') {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  await once(socket, 'connect');
  const body = JSON.stringify({ query });
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  const sent = part === 'half the head' ? 20 : head.length + 10;
  socket.write((head + body).slice(0, sent));
  // The server answers on another connection only after it has read the earlier bytes on this one.
  await server.ask();
  return {
    async finish() {
      socket.write((head + body).slice(sent));
      await once(socket, 'close');
      return answer;
    },
  };
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} lets a request that is in flight finish, then the process ends with 0 and owns nothing`, async () => {
    const dataDir = join(makeFolder(), 'data');
    const server = await startServer({ dataDir });
    const request = await halfSent(
      server,
      `mutation { register(input: { email: "late@example.com", password: "${PASSWORD}" }) { accessToken userErrors { code } } }`,
    );
    server.signal(signal);
    while (!(await isRefused(server.url)));
    const answer = await request.finish();
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    const accessToken = /"accessToken":"([^"]+)"/.exec(answer)?.[1];
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const next = await startServer({ dataDir });
    expect(await next.ask(accessToken)).toBe('ok');
  });
}

test('a request that comes on an open connection while the server stops is answered like any other', async () => {
  const server = await startServer({ dataDir: join(makeFolder(), 'data') });
  const request = await halfSent(server, '{ me { id } }', 'half the head');
  server.signal('SIGTERM');
  while (!(await isRefused(server.url)));
  const answer = await request.finish();
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/\r\nconnection: close\r\n/i);
  expect(answer).toContain('"reason":"TOKEN_MISSING"');
  expect(await server.exited).toEqual({ code: 0, signal: null });
});

test('idle connections do not hold the end up, and a second signal ends at once', async () => {
  const dataDir = join(makeFolder(), 'data');
  const server = await startServer({ dataDir });
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(idle, 'connect');
  await halfSent(server, '{ me { id } }');
  server.signal('SIGTERM');
  while (!(await isRefused(server.url)));
  server.signal('SIGTERM');
  expect(await server.exited).toEqual({ code: 1, signal: null });
  const next = await startServer({ dataDir });
  const kept = await fetch(`${next.url}/livez`);
  expect(kept.status).toBe(200);
  expect(await next.stop()).toEqual({ code: 0, signal: null });
});

for (const part of ['half the head', 'head and half the body'] as const) {
  test(`a client that stops in the middle of a request (${part}) is cut off and told of, and the process ends with 0`, async () => {
    const server = await startServer({ dataDir: join(makeFolder(), 'data') });
    await halfSent(server, '{ me { id } }', part);
    server.signal('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.logged()).toContain('clients that stopped sending or reading');
  });
}

test('a command that was never sent to its end does not hold the stop up either', async () => {
  const dataDir = join(makeFolder(), 'data');
  const server = await startServer({ dataDir });
  const command = connect(join(dataDir, 'control.sock'));
  await once(command, 'connect');
  command.write('POST /examine HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{');
  await server.ask();
  server.signal('SIGTERM');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(server.logged()).toContain('clients that stopped sending or reading');
});
