/** Before the tests: one migrated database, which every test starts from a copy of. Migrating costs more than all the rest of a start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Once for all projects that run: the first makes it and removes it. */
export default async function setup(): Promise<() => void> {
  if (process.env.TEST_TEMPLATE_DATABASE !== undefined) return () => undefined;
  // Loaded late: it needs the generated client, which the build before it makes.
  const { migrate } = await import('../../../src/database/migrations.js');
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-template-'));
  const path = join(folder, 'latchkey.db');
  await migrate(`file:${path}`);
  process.env.TEST_TEMPLATE_DATABASE = path;
  return () => rmSync(folder, { recursive: true, force: true });
}
