/** Blacklists for tests: each test gets tables of its own, and what it opens is closed when it ends. */
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Blacklist, type BlacklistOptions, openBlacklist } from '../../../src/blacklist/open.js';
import { makeFolder } from '../app/start-app.js';

export function newFile(): string {
  return `file:${join(makeFolder(), 'blacklist.db')}`;
}

export async function open(databaseUrl: string, options: Partial<BlacklistOptions> = {}): Promise<Blacklist> {
  const blacklist = await openBlacklist({ databaseUrl, logLevel: 'silent', ...options });
  onTestFinished(() => blacklist.close());
  return blacklist;
}

/** An hour from now, as a token that was issued now has it. */
export function inAnHour(): Date {
  return new Date(Date.now() + 3_600_000);
}

/** Longer ago than a row is kept after the last `exp`. */
export function anHourAgo(): Date {
  return new Date(Date.now() - 3_600_000);
}
