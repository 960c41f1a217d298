/** Bytes that form no valid request: even on a bare socket the answer is JSON with a code. */
import { expect, test } from 'vitest';
import { openWire } from '../support/sockets/wire.js';

const HEAD = 'Host: x\r\nConnection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

const SECURITY_HEADERS = ['x-content-type-options: nosniff', 'x-frame-options: deny', "content-security-policy: default-src 'none'"];

function outcomeOf(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  for (const header of ['content-type: application/json', 'cache-control: no-store', ...SECURITY_HEADERS]) {
    expect.soft(head.toLowerCase()).toContain(header);
  }
  const text = /transfer-encoding: chunked/i.test(head) ? body.replace(/^[0-9a-f]+\r\n|\r\n0$/gi, '') : body;
  return `${head.split(' ')[1]} ${JSON.parse(text.slice(0, text.lastIndexOf('}') + 1)).errors[0].extensions.code}`;
}

test('what is not HTTP is told so in JSON, and does not get into the log', async () => {
  const { sendRaw, collected, ask } = await openWire();
  const requests: Record<string, string | Buffer> = {
    'a line of text': 'correct horse\r\n\r\n',
    'a TLS greeting': Buffer.from([22, 3, 1, 0, 5, 1, 0, 0, 1, 0]),
    zeros: Buffer.alloc(64),
    'an unknown method': `FOO /graphql HTTP/1.1\r\n${HEAD}\r\n`,
    'a later version': `GET /livez HTTP/3.0\r\n${HEAD}\r\n`,
    'a length that is none': `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: x\r\n\r\n`,
    'two lengths': `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`,
    'length and chunks': `POST /graphql HTTP/1.1\r\n${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    'chunks that are none': `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
    'a body cut short': `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 100\r\n\r\n{`,
    'NUL in a header': `GET /livez HTTP/1.1\r\n${HEAD}X: a\0b\r\n\r\n`,
    'a bare line feed in a header': `GET /livez HTTP/1.1\r\n${HEAD}X: a\rb\r\n\r\n`,
    'no host': 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    'two hosts': 'GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n',
    'one host twice': 'GET /livez HTTP/1.1\r\nHost: x\r\nhOST: x\r\nConnection: close\r\n\r\n',
    'two hosts of an older client': 'GET /livez HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n',
    'two hosts before an upgrade': `GET /graphql HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    'an address that is none before an upgrade': `GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    'no host before an upgrade': 'GET /graphql HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'a path for a host': 'GET /livez HTTP/1.1\r\nHost: x/livez\r\nConnection: close\r\n\r\n',
    'a user in the host': 'GET /livez HTTP/1.1\r\nHost: a@x\r\nConnection: close\r\n\r\n',
    'two hosts in one header': 'GET /livez HTTP/1.1\r\nHost: x, y z\r\nConnection: close\r\n\r\n',
    'an address that is none': `GET /%zz HTTP/1.1\r\n${HEAD}\r\n`,
  };
  for (const [what, bytes] of Object.entries(requests)) expect.soft(outcomeOf(await sendRaw(bytes)), what).toBe('400 BAD_REQUEST');
  expect(collected.text()).not.toContain('correct horse');
  expect(await ask()).toBe('UNAUTHENTICATED TOKEN_MISSING');
});

test('headers that are too large, bodies that are announced too large, and expectations get their own status', async () => {
  const { sendRaw } = await openWire();
  expect(outcomeOf(await sendRaw(`GET /livez HTTP/1.1\r\n${HEAD}X: ${'a'.repeat(20_000)}\r\n\r\n`))).toBe('431 HEADERS_TOO_LARGE');
  const announced = `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 1000000\r\n\r\n{`;
  expect(outcomeOf(await sendRaw(announced))).toBe('413 PAYLOAD_TOO_LARGE');
  const expecting = `POST /graphql HTTP/1.1\r\n${HEAD}${JSON_TYPE}Expect: the-unexpected\r\nContent-Length: 2\r\n\r\n{}`;
  expect(outcomeOf(await sendRaw(expecting))).toBe('417 BAD_REQUEST');
});

test('a client of HTTP/1.0 needs no host and is answered', async () => {
  const { sendRaw } = await openWire();
  expect(await sendRaw('GET /livez HTTP/1.0\r\n\r\n')).toContain('{"status":"ok"}');
});

test('a tunnel and an upgrade that nobody offers are not given', async () => {
  const { sendRaw } = await openWire();
  expect(await sendRaw(`CONNECT elsewhere:80 HTTP/1.1\r\n${HEAD}\r\n`)).toBe('');
  const upgrade = await sendRaw('GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  expect(upgrade).toContain('HTTP/1.1 400');
});

test('over the wire too, two Authorization headers are none, also when both are right [R1]', async () => {
  const { sendRaw, register } = await openWire();
  const authorization = `Authorization: Bearer ${(await register()).accessToken}\r\n`;
  const body = '{"query":"{ me { id } }"}';
  const ask = (headers: string) =>
    sendRaw(`POST /graphql HTTP/1.1\r\n${HEAD}${headers}${JSON_TYPE}Content-Length: ${body.length}\r\n\r\n${body}`, { waits: true });
  expect(await ask(authorization)).toContain('"data":{"me":{"id"');
  for (const headers of [`${authorization}${authorization}`, `${authorization}aUTHORIZATION: Basic x\r\n`]) {
    expect.soft(await ask(headers)).toContain('"reason":"TOKEN_INVALID"');
  }
});

test('every way to write one host is taken', async () => {
  const { sendRaw } = await openWire();
  for (const host of ['x', 'X.example.com', 'x:4000', 'x.example.com.:443', '127.0.0.1:4000', '[::1]:4000', '[::1]', 'a_b', '']) {
    expect.soft(await sendRaw(`GET /livez HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`), host).toContain('{"status":"ok"}');
  }
});
