/** Before the tests: makes one migrated database for every test to copy, because migrating takes longer than the rest of a start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs once for all projects: the first one makes the database and removes it. */
export default async function setup(): Promise<() => void> {
  if (process.env.TEST_TEMPLATE_DATABASE !== undefined) return () => undefined;
  // Imported late because it needs the generated client, which the build step has just made.
  const { migrate } = await import('../../../src/database/migrations.js');
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-template-'));
  const path = join(folder, 'latchkey.db');
  await migrate(`file:${path}`);
  process.env.TEST_TEMPLATE_DATABASE = path;
  return () => rmSync(folder, { recursive: true, force: true });
}
