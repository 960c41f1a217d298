/** The feed of audit events on its own database, without the rest of the server; a test can make its reads fail. */
import { randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SqlQuery } from '@prisma/driver-adapter-utils';
import { onTestFinished } from 'vitest';
import { Database } from '../../../src/database/database.js';
import type { RecordedEvent } from '../../../src/features/audit/audit.js';
import { AuditFeed } from '../../../src/features/audit/audit-feed.js';
import { AuditWatch } from '../../../src/features/audit/audit-watch.js';
import { type FrozenClock, frozenClock } from '../app/clocks.js';
import { makeFolder } from '../app/start-app.js';
import { testWorld } from '../app/test-world.js';
import { wrapDriver } from '../database/driver.js';

export interface TestFeed {
  readonly feed: AuditFeed;
  readonly watch: AuditWatch;
  readonly clock: FrozenClock;
  /** How many of the next reads of rows by id fail. */
  faults: number;
  /** How many statements have read from the audit trail, including failed ones. */
  readonly reads: number;
  /** Commits an event as another node would: the feed gets no notification. @returns the event's id */
  commitElsewhere(at?: number): Promise<string>;
  untilReads(count: number): Promise<void>;
  /** Returns a list that grows with every event that the feed delivers from now on. */
  follow(): Promise<string[]>;
}

/** Starts a feed that stops when the test ends. It polls every second, as it does where notifications do not arrive. */
export async function startFeed(): Promise<TestFeed> {
  const state = { faults: 0, reads: 0 };
  wrapDriver(async (connect) => {
    const adapter = await connect();
    const run = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query: SqlQuery) => {
      if (query.sql.includes('AuditEvent') && query.sql.startsWith('SELECT')) state.reads += 1;
      if (isByIds(query.sql) && state.faults > 0) {
        state.faults -= 1;
        throw Object.assign(new Error('no connection'), { name: 'LibsqlError' });
      }
      return run(query);
    };
    return adapter;
  });
  const dataDir = makeFolder();
  copyFileSync(process.env.TEST_TEMPLATE_DATABASE ?? '', join(dataDir, 'latchkey.db'));
  const database = await Database.open(`file:${join(dataDir, 'latchkey.db')}`);
  const clock = frozenClock();
  const world = testWorld({ config: { clockToleranceSeconds: 2 }, clock });
  const watch = new AuditWatch(world, { database, hasBells: () => false });
  const feed = new AuditFeed(world, { database, watch });
  onTestFinished(async () => {
    watch.end();
    await database.close();
  });
  return Object.assign(state, {
    feed,
    watch,
    clock,
    async commitElsewhere(at = clock.now()) {
      const event = eventAt(at);
      await database.transaction((transaction) => transaction.auditEvent.create({ data: event }));
      return event.id;
    },
    async untilReads(count: number) {
      while (state.reads < count) await nextTurn();
    },
    async follow() {
      const told: string[] = [];
      const events = await feed.follow({ userId: null, kinds: null, after: null });
      void (async () => {
        for await (const { id } of events) told.push(id);
      })();
      return told;
    },
  });
}

export function eventAt(at: number): RecordedEvent {
  const id = randomUUID().replaceAll('-', '').slice(0, 22);
  const nothing = { userId: null, sessionId: null, reason: null, ipAddress: null, userAgent: null };
  return { id, at: new Date(at), kind: 'login.failed', actor: 'server', ...nothing };
}

function isByIds(sql: string): boolean {
  return /"?AuditEvent"?.*`?id`?"? IN \(/s.test(sql);
}
