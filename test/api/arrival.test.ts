/** A request that does not arrive in time is refused, and its connection closed, soon after the limit. */
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createOriginCheck } from '../../src/http/allowed-origins.js';
import { ARRIVAL } from '../../src/http/arrival.js';
import { createProxies } from '../../src/http/proxies.js';
import { createServer } from '../../src/http/server.js';
import { createLog } from '../../src/lib/log.js';

/** The limits are shorter by the same factor, so that the test need not wait for them. */
const SHORT = { withinMs: ARRIVAL.withinMs / 300, lookEveryMs: ARRIVAL.lookEveryMs / 100 };

async function answerTo(sent: string): Promise<string> {
  const log = createLog('silent');
  const settings = { corsOrigins: [], trustProxy: false, explorer: 'off', host: '127.0.0.1', appUrl: 'http://localhost/account' } as const;
  const proxies = createProxies(settings.trustProxy, log);
  const streamOrigins = createOriginCheck(settings, proxies, log);
  const server = await createServer(settings, { proxies, streamOrigins, log, nextRequestId: () => 'id' }, SHORT);
  onTestFinished(() => server.close());
  await server.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (text: string) => {
    answer += text;
  });
  socket.write(sent);
  await once(socket, 'close');
  return answer;
}

const PARTS = {
  nothing: '',
  'half a head': 'POST /graphql HT',
  'half a body': 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
};

for (const [part, sent] of Object.entries(PARTS)) {
  test(`${part} is answered with 408 when its time is over`, { timeout: 25_000 }, async () => {
    expect(await answerTo(sent)).toMatch(/^HTTP\/1\.1 408 .*"REQUEST_TIMEOUT"/s);
  });
}

test('a request is refused at most a second after its time is over', () => {
  expect(ARRIVAL).toEqual({ withinMs: 30_000, lookEveryMs: 1_000 });
});
