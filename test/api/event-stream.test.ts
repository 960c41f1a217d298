/** Subscriptions over server-sent events pass the same door, and a stream ends with its session. */
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { logOut } from '../support/mutations/mutations.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { openStream } from '../support/sockets/event-streams.js';

test('events reach who is logged in, until they leave', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const stream = await openStream(address, TICK, accessToken);
  await untilListeners(ticks, 1);
  ticks.emit(7);
  await stream.hear('event: next\ndata: {"data":{"tick":7}}');
  stream.leave();
  await untilListeners(ticks, 0);
});

test('a logout on another connection ends the idle stream of the session with an error, and no other [R28]', async () => {
  const { app, address, ticks } = await startListening();
  const [mine, other] = [await app.register(), await app.login()];
  const [stream, spared] = [await openStream(address, TICK, mine.accessToken), await openStream(address, TICK, other.accessToken)];
  await untilListeners(ticks, 2);
  expect(await logOut(app, { token: mine.accessToken })).toBe(1);
  ticks.emit(1);
  const text = await stream.ended;
  expect(text).toContain('"extensions":{"code":"UNAUTHENTICATED","reason":"TOKEN_REVOKED","sessionEnded":true}');
  expect(text).toMatch(/event: complete\ndata: \n\n$/);
  expect(text).not.toContain('tick');
  await spared.hear('{"data":{"tick":1}}');
  await untilListeners(ticks, 1);
});

test('a query and a mutation are answered by one event; what is wrong is told in JSON', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  expect(await (await openStream(address, '{ me { email } }', accessToken)).ended).toContain(`{"data":{"me":{"email":"${EMAIL}"}}}`);
  const broken = await openStream(address, '{', accessToken);
  expect(broken.status).toBe(400);
  expect(await broken.ended).toContain('GRAPHQL_PARSE_FAILED');
  const logout = await openStream(address, 'mutation { logout { endedSessions } }', accessToken);
  expect(await logout.ended).toContain('{"data":{"logout":{"endedSessions":1}}}');
});

test('who comes with a dead token is refused with 401 and the reason, a foreign page with 403 [R28]', async () => {
  const { app, address } = await startListening();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  const refused = await openStream(address, TICK, accessToken);
  expect([refused.status, JSON.parse(await refused.ended).errors[0].extensions]).toEqual([
    401,
    { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true },
  ]);
  expect((await openStream(address, TICK, undefined, { origin: 'https://evil.example.com' })).status).toBe(403);
});

test('a stranger hears no events', async () => {
  const { address } = await startListening();
  expect(await (await openStream(address, TICK)).ended).toContain('"reason":"TOKEN_MISSING"');
});

test('when the server stops the streams are told', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken } = await app.register();
  const stream = await openStream(address, TICK, accessToken);
  await untilListeners(ticks, 1);
  await app.app.close();
  expect(await stream.ended).toMatch(/The server is stopping.*event: complete/s);
});
