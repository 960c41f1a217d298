/** How many connections one address may keep open, over both transports together. */
import { expect, test } from 'vitest';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect, openSocket, type TestSocket } from '../support/sockets/sockets.js';

const LIMIT = 1_000;
const STREAMS = 20;

test('one more connection than an address may have is refused with 1013 or 429; another address has its own, and one that closes makes room', async () => {
  const { app, address, ticks } = await startListening({ settings: { TRUST_PROXY: '1' } });
  const { accessToken } = await app.register();
  const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
  const crowded = from('203.0.113.7');
  for (let count = 0; count < STREAMS; count += 1) await openStream(address, TICK, accessToken, crowded.headers);
  await untilListeners(ticks, STREAMS);
  const sockets: TestSocket[] = [];
  while (sockets.length < LIMIT - STREAMS) sockets.push(await connect(address, undefined, crowded));

  expect(await (await openSocket(address, crowded)).closed).toBe('1013 Too many connections from this address');
  expect((await openStream(address, TICK, accessToken, crowded.headers)).status).toBe(429);
  await connect(address, undefined, from('203.0.113.8'));
  expect((await openStream(address, '{ __typename }', undefined, from('203.0.113.8').headers)).status).toBe(200);

  sockets[0]?.raw.close();
  await sockets[0]?.closed;
  await connect(address, undefined, crowded);
});
