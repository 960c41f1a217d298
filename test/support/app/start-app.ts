/** A server for one test: a real database in its own folder, a frozen clock, no port. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Environment } from '../../../src/config/config.js';
import { postgresqlSettingsOf, rememberDatabase } from '../database/stored-rows.js';
import { borrowDatabase, onPostgresql } from '../postgresql/postgresql.js';
import { borrowMirror } from '../redis/redis.js';
import { frozenClock } from './clocks.js';
import { copyTemplate, type LaunchedApp, launchApp, type TestOptions } from './launch-app.js';

export type { TestOptions } from './launch-app.js';

export interface TestApp extends Omit<LaunchedApp, 'close'> {
  /** Closes the server and starts another on the same data. */
  restart(settings?: Environment): Promise<TestApp>;
}

/** Starts a server that stops when the test ends; its folder is then removed. */
export async function startApp(options: TestOptions = {}): Promise<TestApp> {
  if (onPostgresql) return startNode(await borrowDatabase(), options);
  const mirror = process.env.TEST_REVOCATION_CHECK === 'redis' ? borrowMirror() : {};
  const dataDir = makeFolder();
  copyTemplate(dataDir);
  return startOn(dataDir, { ...options, settings: { ...mirror, ...options.settings } });
}

/** Starts a node on a PostgreSQL database that other nodes may share; the node has its own folder. */
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
  const { clock = frozenClock(), settings } = options;
  const { close, ...app } = await launchApp(dataDir, { ...options, clock });
  onTestFinished(close);
  const restart = async (changed: Environment = {}) => {
    await close();
    return startOn(dataDir, { ...options, clock, settings: { ...settings, ...changed } });
  };
  return { ...app, restart };
}
