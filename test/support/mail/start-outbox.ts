/** An outbox on its own database, without the rest of the server. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Database } from '../../../src/database/database.js';
import type { Delivery } from '../../../src/features/mail/delivery.js';
import type { Mail } from '../../../src/features/mail/mail.js';
import { Outbox, type Posting } from '../../../src/features/mail/outbox.js';
import { SMTP_TIMEOUTS, SmtpDelivery } from '../../../src/features/mail/smtp-delivery.js';
import { type FrozenClock, frozenClock } from '../app/clocks.js';
import { type CollectedLog, collectLog } from '../app/collected-log.js';
import { makeFolder } from '../app/start-app.js';
import { testWorld } from '../app/test-world.js';

export const SENDER = { name: 'Example', address: 'login@example.com' };
export const LETTER: Mail = { to: 'ada@example.com', subject: 'A code', text: 'The code is lkc_abcdef.\n' };

export interface TestOutbox {
  readonly outbox: Outbox;
  readonly database: Database;
  readonly clock: FrozenClock;
  readonly log: CollectedLog;
  readonly dataDir: string;
  post(letter?: Partial<Mail>, posting?: Partial<Posting>): Promise<void>;
  /** The number of rows. */
  count(): Promise<number>;
  /** Waits until this many rows are left. */
  waitForCount(count: number): Promise<void>;
  /** Waits until this many log lines have this message. */
  waitForLine(message: string, count?: number): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
  /** Starts another process on the same data. */
  restart(): Promise<TestOutbox>;
}

export interface OutboxOptions {
  readonly delivery: Delivery;
  readonly clock?: FrozenClock;
  readonly secret?: Buffer;
  /** Whether delivery starts at once; the default is yes. */
  readonly isStarted?: boolean;
}

export function overSmtp(url: string): Delivery {
  return new SmtpDelivery({ smtpUrl: url, from: SENDER, timeouts: SMTP_TIMEOUTS });
}

/** Starts an outbox that stops when the test ends. */
export async function startOutbox(options: OutboxOptions): Promise<TestOutbox> {
  const dataDir = makeFolder();
  copyFileSync(process.env.TEST_TEMPLATE_DATABASE ?? '', join(dataDir, 'latchkey.db'));
  return startOn(dataDir, options);
}

async function startOn(dataDir: string, options: OutboxOptions): Promise<TestOutbox> {
  const { delivery, clock = frozenClock(), secret = Buffer.alloc(32, 'a secret'), isStarted = true } = options;
  const log = collectLog();
  const database = await Database.open(`file:${join(dataDir, 'latchkey.db')}`);
  const outbox = new Outbox(testWorld({ config: { secret }, clock, log: log.log }), { database, delivery });
  let stopped = false;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await outbox.stop();
    await database.close();
  };
  onTestFinished(stop);
  if (isStarted) outbox.start();
  const count = () => database.read((client) => client.outgoingMail.count());
  return {
    outbox,
    database,
    clock,
    log,
    dataDir,
    count,
    post: (letter = {}, posting = {}) =>
      database.transaction((transaction) =>
        outbox.queue(transaction, { ...LETTER, ...letter }, { expiresAt: new Date(clock.now() + 86_400_000), ...posting }),
      ),
    async waitForCount(expected) {
      while ((await count()) !== expected) await nextMoment();
    },
    async waitForLine(message, times = 1) {
      for (;;) {
        const lines = log.lines.filter(({ msg }) => msg === message);
        if (lines.length >= times) return lines.at(-1) ?? {};
        await nextMoment();
      }
    },
    stop,
    async restart() {
      await stop();
      return startOn(dataDir, { ...options, clock, isStarted: true });
    },
  };
}

/** A short pause between two looks at a condition. */
function nextMoment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
