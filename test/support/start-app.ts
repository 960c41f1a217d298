/** A server of its own for a test: a real database in a folder of its own, a frozen clock, no port. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type App, type AppOptions, createApp } from '../../src/app.js';
import { type Environment, readConfig } from '../../src/config.js';
import { createLog } from '../../src/log.js';
import { type FrozenClock, frozenClock } from './clocks.js';
import { borrowDatabase, onPostgresql } from './postgresql.js';
import { borrowMirror } from './redis.js';
import { type Client, createClient } from './requests.js';
import { postgresqlSettingsOf, rememberDatabase } from './stored-rows.js';

/** Cheap on purpose: the cost of a password is not what these tests are about. */
export const TEST_PASSWORD_COST = { memoryCost: 8, timeCost: 1, parallelism: 1 };

const { now: wallNow } = Date;

/** Real, also in a test that holds `Date` still: the database compares it with its own. */
const LEASE_CLOCK = { now: () => ({ monotonic: performance.now(), wall: wallNow() }) };

export interface TestApp extends Client {
  readonly app: App;
  readonly clock: FrozenClock;
  readonly dataDir: string;
  /** Closes the server and starts another on the same data. */
  restart(settings?: Environment): Promise<TestApp>;
}

export type TestOptions = Partial<Pick<AppOptions, 'resolvers' | 'pubSub' | 'plugins' | 'passwordCost' | 'log' | 'leaseClock'>> & {
  readonly settings?: Environment;
  readonly clock?: FrozenClock;
};

/** Ends with the test; its folder is removed. */
export async function startApp(options: TestOptions = {}): Promise<TestApp> {
  if (onPostgresql) return startNode(await borrowDatabase(), options);
  const mirror = process.env.TEST_REVOCATION_CHECK === 'redis' ? borrowMirror() : {};
  const dataDir = makeFolder();
  // An empty folder works as well, only slower: then the server migrates.
  const template = process.env.TEST_TEMPLATE_DATABASE;
  if (template !== undefined) copyFileSync(template, join(dataDir, 'latchkey.db'));
  return startOn(dataDir, { ...options, settings: { ...mirror, ...options.settings } });
}

/** A node on a PostgreSQL database that others may be on too; it has a folder of its own. */
export async function startNode(url: string, options: TestOptions = {}): Promise<TestApp> {
  const dataDir = makeFolder();
  rememberDatabase(dataDir, url);
  return startOn(dataDir, { ...options, settings: { ...postgresqlSettingsOf(dataDir), ...options.settings } });
}

/** A folder that is removed when the test ends. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function startOn(dataDir: string, options: TestOptions): Promise<TestApp> {
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
  onTestFinished(close);
  const restart = async (changed: Environment = {}) => {
    await close();
    return startOn(dataDir, { ...options, clock, settings: { ...settings, ...changed } });
  };
  return { ...createClient(app), app, clock, dataDir, restart };
}
