/** Which requests become a WebSocket, and what the others are answered. */

import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startApp } from '../support/app/start-app.js';
import { connect } from '../support/sockets/sockets.js';
import { openWire } from '../support/sockets/wire.js';

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n';
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/** Status, code, and whether the security headers are there. */
function outcomeOf(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const { errors } = JSON.parse(/\{.*\}/s.exec(body)?.[0] ?? '{"errors":[]}');
  expect.soft(head.toLowerCase()).toContain('x-content-type-options: nosniff');
  return `${head.split(' ')[1]} ${errors[0]?.extensions.code}`;
}

test('an upgrade on any other path than that of GraphQL is answered 404, and its connection is closed', async () => {
  const { sendRaw } = await openWire();
  for (const path of [
    '/livez',
    '/readyz',
    '/metrics',
    '/account',
    '/.well-known/jwks.json',
    '/',
    '/elsewhere',
    '/graphql/x',
    '/graphqlx',
  ]) {
    const answer = await sendRaw(`GET ${path} HTTP/1.1\r\nHost: x\r\n${UPGRADE}${KEY}\r\n`, { waits: true });
    expect.soft(outcomeOf(answer), path).toBe('404 NOT_FOUND');
  }
});

test('an upgrade by another method, a broken handshake and a foreign origin are refused in JSON with a code', async () => {
  const { sendRaw } = await openWire();
  const send = (head: string) => sendRaw(`${head}\r\n`, { waits: true });
  expect(outcomeOf(await send(`POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n${UPGRADE}${KEY}`))).toBe('404 NOT_FOUND');
  expect(outcomeOf(await send(`GET /graphql HTTP/1.1\r\nHost: x\r\n${UPGRADE}`))).toBe('400 BAD_REQUEST');
  expect(outcomeOf(await send(`GET /graphql HTTP/1.1\r\nHost: x\r\n${UPGRADE}${KEY.replace('==', '')}`))).toBe('400 BAD_REQUEST');
  const foreign = `GET /graphql HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example.com\r\n${UPGRADE}${KEY}`;
  expect(outcomeOf(await send(foreign))).toBe('403 FORBIDDEN');
});

test('an upgrade to another protocol is told that the request must come without it', async () => {
  const { sendRaw } = await openWire();
  const h2c = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n';
  for (const line of ['GET /livez', 'GET /graphql', 'POST /graphql']) {
    const answer = await sendRaw(`${line} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n${h2c}\r\n`, { waits: true });
    expect.soft(outcomeOf(answer), line).toBe('400 BAD_REQUEST');
    expect.soft(answer, line).toContain('without the header');
  }
});

test('a WebSocket of an embedding application opens at its own address, for the same origins', async () => {
  const { app } = await startApp();
  app.server.get('/own', { websocket: true }, (socket) => socket.send('hello'));
  const address = await app.listen();
  const own = new WebSocket(`${address.replace('http', 'ws')}/own`);
  const [message] = await new Promise<[Buffer]>((resolve) => own.once('message', (data: Buffer) => resolve([data])));
  expect(String(message)).toBe('hello');
  own.terminate();
  const foreign = new WebSocket(`${address.replace('http', 'ws')}/own`, { headers: { origin: 'https://evil.example.com' } });
  const fault = await new Promise<Error>((resolve) => foreign.once('error', resolve));
  expect(fault.message).toContain('403');
  (await connect(address)).raw.close();
});
