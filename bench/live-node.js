/**
 * A node with a subscription that emits ticks, and a log of the times of its closes and answers: `node bench/live-node.js`.
 * `TICK_EVERY_MS` sets the interval. It uses the system clock, so that times of several processes can be compared.
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
// Plain JavaScript has no decorators, so they are called as functions.
const field = [TickResolver.prototype, 'tick', Object.getOwnPropertyDescriptor(TickResolver.prototype, 'tick')];
Resolver()(TickResolver);
Root()(TickResolver.prototype, 'tick', 0);
Subscription(() => Number, { topics: 'tick' })(...field);
Authorized()(...field);

/** The copy of `ws` that the server uses: bench/node_modules may contain another one. */
const { WebSocket } = createRequire(new URL('../package.json', import.meta.url))('ws');

/** A close is timed after it is sent, an answer before it is sent. So the difference is a lower bound of the real lead. */
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
// Thousands of listeners are intended: switch off the warning.
setMaxListeners(0, eventTarget);
const pubSub = createPubSub({ eventTarget });
const app = await createApp({ config: readConfig(), resolvers: [OwnResolver, TickResolver], pubSub });
// The first of several nodes creates the administrator.
await app.administration.createUser({ email: ADMIN, password: PASSWORD, admin: true });
app.server.get('/bench/sent', async () => ({ closes: sent.closes.splice(0), answers: sent.answers.splice(0) }));
app.server.get('/bench/memory', async () => {
  // Defined only with `node --expose-gc`.
  globalThis.gc?.();
  return process.memoryUsage();
});
const every = Number(process.env.TICK_EVERY_MS ?? 0);
if (every > 0) setInterval(() => pubSub.publish('tick', now()), every);
process.on('SIGTERM', () => app.close().then(() => process.exit(0)));
console.log(`listens at ${await app.listen()}/graphql\n`);
