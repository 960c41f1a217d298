/** The contract of latchkey/verifier/yoga, on a real server. */
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { expect, test } from 'vitest';
import { guardSchema } from '../../../src/verifier/adapters/yoga.js';
import { passesContract } from '../../support/verifier/graphql-contract.js';
import { listen } from '../../support/verifier/kinds/web-server.js';
import { createYogaServer, yoga } from '../../support/verifier/kinds/yoga.js';
import { startLoginServer } from '../../support/verifier/login-server.js';
import { openServiceStream, PUBLIC, resolversOf, SDL } from '../../support/verifier/services.js';
import { createTicks } from '../../support/verifier/ticks.js';

passesContract(yoga);

test('what a slow resolver finds is not sent after the logout, though it began before', async () => {
  const login = await startLoginServer();
  const verifier = await login.follow();
  const ticks = createTicks();
  let begin: () => void = () => undefined;
  const began = new Promise<void>((resolve) => {
    begin = resolve;
  });
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const resolve = async (tick: number) => {
    begin();
    await released;
    return tick;
  };
  const resolvers = resolversOf({ verifier, ticks, logOut: (token) => login.end(token) });
  const slow = { ...resolvers, Subscription: { ticks: { subscribe: () => ticks.follow(), resolve } } };
  const schema = guardSchema(makeExecutableSchema({ typeDefs: SDL, resolvers: slow }), verifier, { public: PUBLIC });
  const url = await listen(createServer(await createYogaServer(schema, verifier)));
  const user = await login.registerUser();
  const stream = await openServiceStream(yoga, url, user.accessToken);
  await ticks.untilListeners(1);
  ticks.publish(4444);
  await began;
  await login.end(user.accessToken);
  release();
  expect(await stream.ended).toContain('TOKEN_REVOKED');
  expect(stream.text()).not.toContain('4444');
});
