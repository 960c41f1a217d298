/** Events committed by other nodes are delivered despite failures on the way, and a follower that takes none is not kept for ever. */
import { expect, test } from 'vitest';
import { eventAt, startFeed } from '../support/audit/start-feed.js';

test('what a look has found and could not read is found by the next one [R29]', async () => {
  const feed = await startFeed();
  const told = await feed.follow();
  // After an outage the feed finds an event that is older than its next regular look would reach back.
  const old = await feed.commitElsewhere(feed.clock.now() + 1);
  feed.clock.advance(60);
  feed.faults = 1;
  while (feed.faults > 0) await feed.untilReads(feed.reads + 1);
  const last = await feed.commitElsewhere();
  while (!told.includes(last)) await feed.untilReads(feed.reads + 1);
  expect(told).toEqual([old, last]);
});

test('bells whose events can’t be read keep nothing from being found later [R29]', async () => {
  const feed = await startFeed();
  const told = await feed.follow();
  feed.faults = 1;
  feed.watch.hear(Array.from({ length: 12_000 }, (_, index) => `rung-${index}`));
  while (feed.faults > 0) await feed.untilReads(feed.reads + 1);
  const event = await feed.commitElsewhere();
  // The first look, the rows that it found, and the next look.
  await feed.untilReads(feed.reads + 3);
  expect(told).toEqual([event]);
});

test('what waits for a follower that takes nothing has a bound, and then it is told to subscribe again', async () => {
  const { feed, clock } = await startFeed();
  const events = await feed.follow({ userId: null, kinds: null, after: null });
  feed.tell(Array.from({ length: 30_000 }, () => eventAt(clock.now())));
  let taken = 0;
  const take = async () => {
    for await (const _event of events) {
      taken += 1;
      if (taken === 20_000) return;
    }
  };
  await expect(take()).rejects.toMatchObject({ extensions: { code: 'RATE_LIMITED' } });
  expect(taken).toBeLessThan(11_000);
  expect(feed.followers).toBe(0);
});
