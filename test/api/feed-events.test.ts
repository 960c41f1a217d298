/** The stream of the feed: the echo comes first, then whether the node hears the others, then a bell for each commit. */
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';
import { freshNonce, openFeed } from '../support/feed/raw-feed.js';
import { logOut } from '../support/mutations/mutations.js';

const OFF = { METRICS_PORT: 'off' };

test('a stream begins with the echo and with what the node hears, and rings for every commit, with its rows', async () => {
  const server = await startApp({ settings: OFF });
  const feed = await openFeed(server);
  const echo = freshNonce();
  const stream = await feed.stream(echo);
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  expect(stream.headers.get('cache-control')).toBe('no-store');
  expect(stream.headers.get('x-accel-buffering')).toBe('no');
  await stream.hear(({ event, data }) => event === 'hearing' && data.isHearing === true);
  expect(stream.events[0]).toEqual({ event: 'echo', data: { echo } });
  const { accessToken } = await server.register();
  await logOut(server, { token: accessToken });
  const { data } = await stream.hear(({ event }) => event === 'bell');
  const { body } = await feed.renew();
  const { clusterId, generation, sessionsSince, prunedBefore, rows } = body;
  expect(data).toEqual({ clusterId, version: 1, since: 0, rows, generation, sessionsSince, prunedBefore });
  expect(rows).toHaveLength(1);
  await server.app.administration.revokeAllSessions({});
  const second = await stream.hear(({ event, data }) => event === 'bell' && data.version === 2);
  expect(second.data).toMatchObject({ since: 1, rows: [], generation: generation + 1, sessionsSince: generation + 1 });
});

test('streams end when the server stops', async () => {
  const server = await startApp({ settings: OFF });
  const feed = await openFeed(server);
  const stream = await feed.stream();
  await stream.hear(({ event }) => event === 'hearing');
  await server.app.close();
  await stream.ended;
});

test('a bounded verifier gets the log without being a member, and nobody waits for it', async () => {
  const server = await startApp({ settings: { ...OFF, LEASE: '60s' } });
  const feed = await openFeed(server);
  const { accessToken } = await server.register();
  expect((await feed.renew({ leaseMs: 30_000 })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 30_000, version: 0 });
  const { data } = await server.send('mutation { logout { confirmation { by nodes } } }', { token: accessToken });
  expect(data.logout.confirmation).toEqual({ by: 'SINGLE_NODE', nodes: 1 });
  expect((await feed.renew()).body).toMatchObject({ version: 1, rows: [[expect.any(String), expect.any(Number)]] });
});
