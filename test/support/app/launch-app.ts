/** A server in this process, on a folder that the caller has made and removes. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { type App, type AppOptions, createApp } from '../../../src/app.js';
import { type Environment, readConfig } from '../../../src/config/config.js';
import { createLog } from '../../../src/lib/log.js';
import { type FrozenClock, frozenClock } from './clocks.js';
import { type Client, createClient } from './requests.js';

/** Cheap on purpose: these tests are not about the cost of hashing a password. */
export const TEST_PASSWORD_COST = { memoryCost: 8, timeCost: 1, parallelism: 1 };

const { now: wallNow } = Date;

/** A real clock even where a test freezes `Date`, because the database compares lease times with its own clock. */
const LEASE_CLOCK = { now: () => ({ monotonic: performance.now(), wall: wallNow() }) };

export interface LaunchedApp extends Client {
  readonly app: App;
  readonly clock: FrozenClock;
  readonly dataDir: string;
  /** Closes the server once, however often it is called. */
  close(): Promise<void>;
}

export type TestOptions = Partial<Omit<AppOptions, 'config' | 'clock'>> & {
  readonly settings?: Environment;
  readonly clock?: FrozenClock;
};

export async function launchApp(dataDir: string, options: TestOptions = {}): Promise<LaunchedApp> {
  const {
    settings = {},
    clock = frozenClock(),
    passwordCost = TEST_PASSWORD_COST,
    log = createLog('silent'),
    leaseClock = LEASE_CLOCK,
    ...rest
  } = options;
  const config = readConfig({ DATA_DIR: dataDir, REVOCATION_CHECK: process.env.TEST_REVOCATION_CHECK, PORT: '0', ...settings });
  const app = await createApp({ ...rest, config, clock, leaseClock, passwordCost, log });
  let closed = false;
  const close = async () => {
    if (!closed) await app.close();
    closed = true;
  };
  return { ...createClient(app), app, clock, dataDir, close };
}

/** Copies the migrated database. An empty folder works as well but is slower, because the server then migrates it. */
export function copyTemplate(dataDir: string): void {
  const template = process.env.TEST_TEMPLATE_DATABASE;
  if (template !== undefined) copyFileSync(template, join(dataDir, 'latchkey.db'));
}
