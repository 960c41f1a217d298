/** Peers that are gone, or silent: the server drops them, and the memory it keeps for them is bounded. */
import { once } from 'node:events';
import { request } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createPubSub } from '@graphql-yoga/subscription';
import { Authorized, Resolver, Root, Subscription } from 'type-graphql';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { connectRaw } from '../support/sockets/raw-sockets.js';
import { connect, subscribe } from '../support/sockets/sockets.js';

const PING_EVERY_MS = 12_000;
const NEWS = 'subscription { news }';

@Authorized()
@Resolver()
class NewsResolver {
  @Subscription(() => String, { topics: 'news' })
  news(@Root() text: string): string {
    return text;
  }
}

/** Counts the listeners. */
class Topics extends EventTarget {
  listeners = 0;

  override addEventListener(...listener: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...listener);
  }

  override removeEventListener(...listener: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1;
    super.removeEventListener(...listener);
  }

  async untilListeners(count: number): Promise<void> {
    while (this.listeners !== count) await nextTurn();
  }
}

async function startNews() {
  const topics = new Topics();
  const pubSub = createPubSub<{ news: [string] }>({ eventTarget: topics as never });
  const app = await startApp({ resolvers: [NewsResolver], pubSub });
  return { app, topics, address: await app.app.listen(), publish: (text: string) => pubSub.publish('news', text) };
}

/** The server's end of the next connection to be opened. */
function nextConnection(app: TestApp): Promise<Socket> {
  return new Promise((resolve) => app.app.server.server.once('connection', resolve));
}

test('a peer that answers no ping is dropped, one that does is kept', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const [absent, present] = [await connectRaw(address, accessToken), await connect(address, accessToken)];
  absent.say({ id: '1', type: 'subscribe', payload: { query: TICK } });
  subscribe(present, TICK);
  await untilListeners(ticks, 2);
  const gone = once(absent.tcp, 'close');
  const pinged = once(present.raw, 'ping');
  vi.advanceTimersByTime(PING_EVERY_MS);
  await pinged;
  // The answer to this ping shows that the server has read everything sent before it.
  present.say({ type: 'ping' });
  await present.hear('pong');
  vi.advanceTimersByTime(PING_EVERY_MS);
  await gone;
  await untilListeners(ticks, 1);
  ticks.emit(7);
  expect((await present.hear('next')).payload).toEqual({ data: { tick: 7 } });
});

test('who pings on without reading is dropped before much waits for them', async () => {
  const { app, address } = await startListening();
  const accepted = nextConnection(app);
  const { tcp, say } = await connectRaw(address);
  const connection = await accepted;
  const payload = { long: 'x'.repeat(90_000) };
  tcp.pause();
  let most = 0;
  while (!connection.destroyed) {
    if (!tcp.writableNeedDrain) say({ type: 'ping', payload });
    await nextTurn();
    most = Math.max(most, connection.writableLength);
  }
  expect(most).toBeLessThan(62 * 100_000);
});

test('a reader of events that does not read is dropped when a mebibyte waits, and no more is kept for it', async () => {
  const { app, address, topics, publish } = await startNews();
  const { accessToken } = await app.register();
  const accepted = nextConnection(app);
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${accessToken}` };
  const reading = request(`${address}/graphql`, { method: 'POST', headers });
  reading.on('error', () => undefined).end(JSON.stringify({ query: NEWS }));
  const [response] = await once(reading, 'response');
  response.on('error', () => undefined).pause();
  const connection = await accepted;
  await topics.untilListeners(1);
  // Three bytes per character.
  const text = '€'.repeat(10_000);
  const bytes = Buffer.byteLength(text);
  let most = 0;
  for (let published = 1; topics.listeners === 1; published += 1) {
    publish(text);
    await nextTurn();
    const taken = connection.bytesWritten - connection.writableLength;
    if (!connection.destroyed) most = Math.max(most, published * bytes - taken);
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(1024 * 1024 + 3 * bytes);
});

test('a reader that does not read holds up nobody else, and takes nothing down: too many events end its subscription', async () => {
  const { app, address, topics, publish } = await startNews();
  const { accessToken } = await app.register();
  const [absent, present] = [await connect(address, accessToken), await connect(address, accessToken)];
  for (const each of [absent, present]) subscribe(each, NEWS);
  await topics.untilListeners(2);
  // Fake timers, so that the server does not drop it meanwhile, however slow this machine is.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  absent.raw.pause();
  const text = 'x'.repeat(20_000);
  for (let published = 1; topics.listeners === 2; published += 1) {
    publish(text);
    while (present.frames.filter(({ type }) => type === 'next').length < published) await nextTurn();
  }
  absent.raw.resume();
  expect((await absent.hear('error')).payload).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfter: 1 } }]);
  publish('after');
  while (JSON.stringify(present.frames.at(-1)?.payload) !== '{"data":{"news":"after"}}') await nextTurn();
});

test('the stop waits for nobody: not for who says nothing, who does not answer the close, who does not read', async () => {
  const { app, address, topics, publish } = await startNews();
  const { accessToken } = await app.register();
  const silent = connectTcp(Number(new URL(address).port), '127.0.0.1');
  await once(silent, 'connect');
  const deaf = await connectRaw(address, accessToken);
  const reading = request(`${address}/graphql`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
  });
  reading.on('error', () => undefined).end(JSON.stringify({ query: NEWS }));
  const [response] = await once(reading, 'response');
  response.on('error', () => undefined).pause();
  await topics.untilListeners(1);
  for (let published = 0; published < 5; published += 1) publish('x'.repeat(100_000));
  await app.app.close();
  const told = Buffer.concat([Buffer.from([0x03, 0xe9]), Buffer.from('The server is stopping')]);
  expect(deaf.received().includes(told)).toBe(true);
  expect(topics.listeners).toBe(0);
});
