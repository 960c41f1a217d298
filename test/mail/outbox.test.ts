/** The outbox delivers each queued mail once, whatever the mail server does meanwhile, and gives up on mails that can't be delivered. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Delivery } from '../../src/features/mail/delivery.js';
import { testWorld } from '../support/app/test-world.js';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { LETTER, overSmtp, startOutbox } from '../support/mail/start-outbox.js';

const TRIED = 'a mail could not be delivered and will be tried again';
const GIVEN_UP = 'a mail was given up';
const HOUR = 3_600;

/** Accepts every mail and remembers it. */
function takeAll(): Delivery & { readonly ids: string[]; readonly rehearsed: string[] } {
  const ids: string[] = [];
  const rehearsed: string[] = [];
  return {
    ids,
    rehearsed,
    async rehearse({ id }) {
      rehearsed.push(id);
    },
    async deliver({ id }) {
      ids.push(id);
    },
    examine: async () => ({ isReady: true, found: '', advice: '' }),
  };
}

test('a queued letter arrives, and its row is gone', async () => {
  const mails = await startMailServer();
  const { post, waitForCount, outbox } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post();
  expect(await mails.next()).toMatchObject({ ...LETTER, from: 'login@example.com' });
  await waitForCount(0);
  expect(mails.received).toHaveLength(1);
  await expect.poll(() => outbox.waiting, { timeout: 60_000 }).toBe(0);
});

test('a transaction that is rolled back sends nothing', async () => {
  const mails = await startMailServer();
  const { post, database, outbox, waitForCount, count } = await startOutbox({ delivery: overSmtp(mails.url) });
  const failing = database.transaction(async (transaction) => {
    await outbox.queue(transaction, LETTER, { expiresAt: new Date(Date.UTC(2031, 0)) });
    throw new Error('rolled back');
  });
  await expect(failing).rejects.toThrow('rolled back');
  expect(await count()).toBe(0);
  await post({ subject: 'The second' });
  expect((await mails.next()).subject).toBe('The second');
  await waitForCount(0);
  expect(mails.received).toHaveLength(1);
});

test('delivery begins some hundred milliseconds after the commit, not at once', async () => {
  const delivery = takeAll();
  const { post, stop } = await startOutbox({ delivery });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const pass = async (milliseconds: number) => {
    vi.advanceTimersByTime(milliseconds);
    for (let turn = 0; turn < 50; turn += 1) await nextTurn();
  };
  await post();
  await pass(199);
  expect(delivery.ids).toHaveLength(0);
  await pass(601);
  expect(delivery.ids).toHaveLength(1);
  vi.useRealTimers();
  await stop();
});

test('of 60 letters at once each arrives once', async () => {
  makeDriverYield();
  const mails = await startMailServer();
  const { post, waitForCount } = await startOutbox({ delivery: overSmtp(mails.url) });
  const subjects = Array.from({ length: 60 }, (_, index) => `Mail ${index}`);
  await Promise.all(subjects.map((subject) => post({ subject })));
  await waitForCount(0);
  expect(mails.received.map(({ subject }) => subject).sort()).toEqual(subjects.sort());
  expect(new Set(mails.received.map(({ messageId }) => messageId)).size).toBe(60);
});

test('two processes on one database send each letter once between them', async () => {
  makeDriverYield();
  const mails = await startMailServer();
  const first = await startOutbox({ delivery: overSmtp(mails.url), isStarted: false });
  for (let count = 0; count < 20; count += 1) await first.post();
  const { Outbox } = await import('../../src/features/mail/outbox.js');
  const { Database } = await import('../../src/database/database.js');
  const database = await Database.open(`file:${first.dataDir}/latchkey.db`);
  const randomness = { bytes: (size: number) => Buffer.alloc(size, 1) };
  const world = testWorld({ config: { secret: Buffer.alloc(32, 'a secret') }, clock: first.clock, log: first.log.log, randomness });
  const second = new Outbox(world, { database, delivery: overSmtp(mails.url) });
  first.outbox.start();
  second.start();
  await first.waitForCount(0);
  await second.stop();
  await database.close();
  expect(new Set(mails.received.map(({ messageId }) => messageId)).size).toBe(20);
  expect(mails.received).toHaveLength(20);
});

test('while the mail server is down letters wait, and arrive when it is up again', async () => {
  const mails = await startMailServer();
  await mails.goDown();
  const { post, waitForLine, waitForCount, clock, count, log, outbox } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post();
  expect(await waitForLine(TRIED)).toMatchObject({ attempts: 1, reason: 'ECONNREFUSED' });
  expect(await count()).toBe(1);
  await mails.comeUp();
  clock.advance(30);
  expect(await mails.next()).toMatchObject(LETTER);
  await waitForCount(0);
  expect(log.lines.filter(({ msg }) => msg === TRIED)).toHaveLength(1);
  expect(log.text()).not.toMatch(/ada@|lkc_/);
  await expect.poll(() => outbox.waiting, { timeout: 60_000 }).toBe(0);
});

test('tries come apart: half a minute doubles to an hour, and nothing is tried before its time', async () => {
  const mails = await startMailServer();
  mails.mood = 'defer';
  const { post, waitForLine, clock } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post({}, { expiresAt: new Date(clock.now() + 100 * HOUR * 1000) });
  for (const [index, most] of [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600].entries()) {
    const { attempts, reason, nextAttemptAt } = await waitForLine(TRIED, index + 1);
    expect({ attempts, reason }).toEqual({ attempts: index + 1, reason: 'EENVELOPE 450 RCPT TO' });
    const waitSeconds = (Date.parse(String(nextAttemptAt)) - clock.now()) / 1000;
    expect(waitSeconds).toBeGreaterThanOrEqual(most / 2);
    expect(waitSeconds).toBeLessThanOrEqual(most);
    clock.advance(waitSeconds - 0.001);
    const before = mails.connections;
    // Longer than the outbox ever sleeps while a mail waits.
    await new Promise((resolve) => setTimeout(resolve, index < 2 ? 1_500 : 0));
    expect(mails.connections).toBe(before);
    clock.advance(0.001);
  }
});

test('a text that is refused for now is tried again', async () => {
  const mails = await startMailServer();
  mails.mood = 'defer-text';
  const { post, waitForLine, clock, waitForCount } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post();
  expect(await waitForLine(TRIED)).toMatchObject({ reason: 'EMESSAGE 451 DATA' });
  mails.mood = 'take';
  clock.advance(30);
  await waitForCount(0);
  expect(mails.received).toHaveLength(1);
});

test.each([
  ['its receiver', 'refuse', 'EENVELOPE 550 RCPT TO'],
  ['its text', 'refuse-text', 'EMESSAGE 554 DATA'],
] as const)('a letter whose refusal for good is about %s is given up at once', async (_, mood, reason) => {
  const mails = await startMailServer();
  mails.mood = mood;
  const { post, waitForLine, waitForCount, log } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post();
  expect(await waitForLine(GIVEN_UP)).toMatchObject({ attempts: 1, reason });
  await waitForCount(0);
  expect(log.text()).not.toMatch(/ada@|lkc_/);
});

test('a refusal of the sender, or of the login, is for the operator to mend: the letter waits', async () => {
  const mails = await startMailServer({ allowInsecureAuth: true });
  mails.mood = 'refuse-sender';
  const sender = await startOutbox({ delivery: overSmtp(mails.url) });
  await sender.post();
  expect(await sender.waitForLine(TRIED)).toMatchObject({ reason: 'EENVELOPE 550 MAIL FROM' });
  const login = await startOutbox({ delivery: overSmtp(mails.url.replace('//', '//mailer:wrong@')) });
  await login.post();
  expect(await login.waitForLine(TRIED)).toMatchObject({ reason: expect.stringMatching(/^EAUTH 535 AUTH/) });
  expect([await sender.count(), await login.count()]).toEqual([1, 1]);
});

test('a letter that is of no use any more is given up, tried or not', async () => {
  const mails = await startMailServer();
  await mails.goDown();
  const { post, waitForLine, waitForCount, clock, log } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post({}, { expiresAt: new Date(clock.now() + 60_000) });
  await waitForLine(TRIED);
  clock.advance(60);
  expect(await waitForLine(GIVEN_UP)).toMatchObject({ attempts: 2, reason: 'too late' });
  await waitForCount(0);
  expect(log.text()).not.toMatch(/ada@|lkc_/);
});

test('a connection that breaks after the text was sent leads to a second mail with the same Message-ID', async () => {
  const mails = await startMailServer();
  mails.mood = 'drop';
  const { post, waitForLine, waitForCount, clock } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post();
  const first = await mails.next();
  await waitForLine(TRIED);
  mails.mood = 'take';
  clock.advance(30);
  expect((await mails.next()).messageId).toBe(first.messageId);
  await waitForCount(0);
});

test('letters survive a restart', async () => {
  const mails = await startMailServer();
  const before = await startOutbox({ delivery: overSmtp(mails.url) });
  await before.post();
  await before.stop();
  expect(mails.received).toHaveLength(0);
  const after = await before.restart();
  expect(await mails.next()).toMatchObject(LETTER);
  await after.waitForCount(0);
});

test('a stop does not wait for ever for a mail server that hangs, and the next start sends at once', { timeout: 30_000 }, async () => {
  const mails = await startMailServer();
  mails.mood = 'hang';
  const before = await startOutbox({ delivery: overSmtp(mails.url) });
  await before.post();
  while (mails.connections === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await before.stop();
  mails.mood = 'take';
  const after = await before.restart();
  expect(await mails.next()).toMatchObject(LETTER);
  await after.waitForCount(0);
});

test('what a process that was killed had taken is taken over when its time is up', async () => {
  const delivery = takeAll();
  const { post, outbox, database, clock, waitForCount } = await startOutbox({ delivery, isStarted: false });
  await post();
  await database.transaction((transaction) =>
    transaction.outgoingMail.updateMany({ data: { nextAttemptAt: new Date(clock.now() + 120_000), attempts: 1 } }),
  );
  outbox.start();
  clock.advance(120);
  await waitForCount(0);
  expect(delivery.ids).toHaveLength(1);
});

test('a decoy is queued like a letter, its delivery is rehearsed, and nobody gets it', async () => {
  const delivery = takeAll();
  const { post, waitForCount, log } = await startOutbox({ delivery });
  await post({}, { isDecoy: true });
  await waitForCount(0);
  expect(delivery.ids).toEqual([]);
  expect(delivery.rehearsed).toHaveLength(1);
  expect(log.lines).toEqual([]);
});

test('while the mail server is away a decoy waits like a letter, and then it is gone like one', async () => {
  const mails = await startMailServer();
  await mails.goDown();
  const { post, waitForLine, waitForCount, count, clock, outbox } = await startOutbox({ delivery: overSmtp(mails.url) });
  await post({}, { isDecoy: true });
  expect(await waitForLine(TRIED)).toMatchObject({ attempts: 1, reason: 'ECONNREFUSED' });
  expect(await count()).toBe(1);
  await mails.comeUp();
  clock.advance(HOUR);
  await waitForCount(0);
  expect([mails.received.length, mails.connections]).toEqual([0, 1]);
  // The row goes first, and the figure follows when the outbox has heard of it.
  await expect.poll(() => outbox.waiting, { timeout: 60_000 }).toBe(0);
});

test('neither address nor code nor subject stands in the database', async () => {
  const { post, stop, dataDir } = await startOutbox({ delivery: takeAll(), isStarted: false });
  await post();
  await post({}, { isDecoy: true });
  await stop();
  const rows = readRows(dataDir, 'SELECT * FROM OutgoingMail');
  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toMatch(/ada|example|lkc_|code/i);
  const [letter, decoy] = rows.map(({ sealed }) => String(sealed));
  expect(Math.abs((letter ?? '').length - (decoy ?? '').length)).toBeLessThanOrEqual(2);
});

test('a letter that was sealed under another secret is given up', async () => {
  const delivery = takeAll();
  const before = await startOutbox({ delivery, isStarted: false });
  await before.post();
  await before.database.transaction((transaction) => transaction.outgoingMail.updateMany({ data: { sealed: 'AAAA' } }));
  const after = await before.restart();
  expect(await after.waitForLine(GIVEN_UP)).toMatchObject({ reason: 'sealed under another LATCHKEY_SECRET' });
  await after.waitForCount(0);
});
