/**
 * One node with a subscription that ticks, and a log of when it sent closes and answers: `node bench/live-node.js`. `TICK_EVERY_MS` makes it
 * tick; the clock is the machine's, so that times of several processes compare.
 */
import { createRequire } from 'node:module';
import 'reflect-metadata';
import { setMaxListeners } from 'node:events';
import { ServerResponse } from 'node:http';
import { createPubSub } from '@graphql-yoga/subscription';
import { Authorized, Resolver, Root, Subscription } from 'type-graphql';
import { createApp, readConfig } from '../dist/app.js';
import { now } from './live-socket.js';
import { OwnResolver } from './own-resolver.js';
import { ADMIN, PASSWORD } from './server.js';

class TickResolver {
  tick(emittedAt) {
    return emittedAt;
  }
}
// What decorators stand for, in a language without them.
const field = [TickResolver.prototype, 'tick', Object.getOwnPropertyDescriptor(TickResolver.prototype, 'tick')];
Resolver()(TickResolver);
Root()(TickResolver.prototype, 'tick', 0);
Subscription(() => Number, { topics: 'tick' })(...field);
Authorized()(...field);

/** The copy that the server uses: the peers beside this file may have brought another. */
const { WebSocket } = createRequire(new URL('../package.json', import.meta.url))('ws');

/** A close counts from when it has been sent, an answer from before it is: what is between them is the least that there was. */
const sent = { closes: [], answers: [] };
const { close } = WebSocket.prototype;
WebSocket.prototype.close = function (...reason) {
  const isFirst = this.readyState === WebSocket.OPEN;
  close.apply(this, reason);
  if (isFirst) sent.closes.push(now());
};
const { end } = ServerResponse.prototype;
ServerResponse.prototype.end = function (...rest) {
  if (this.req.method === 'POST') sent.answers.push(now());
  return end.apply(this, rest);
};

const eventTarget = new EventTarget();
// Thousands listen on purpose.
setMaxListeners(0, eventTarget);
const pubSub = createPubSub({ eventTarget });
const app = await createApp({ config: readConfig(), resolvers: [OwnResolver, TickResolver], pubSub });
// Of several nodes the first one makes the administrator.
await app.administration.createUser({ email: ADMIN, password: PASSWORD, admin: true });
app.server.get('/bench/sent', async () => ({ closes: sent.closes.splice(0), answers: sent.answers.splice(0) }));
app.server.get('/bench/memory', async () => {
  // With `node --expose-gc`.
  globalThis.gc?.();
  return process.memoryUsage();
});
const every = Number(process.env.TICK_EVERY_MS ?? 0);
if (every > 0) setInterval(() => pubSub.publish('tick', now()), every);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
console.log(`listens at ${await app.listen()}/graphql\n`);
