/** `latchkey migrate` */
import type { Command } from 'commander';
import { readConfig } from '../config/config.js';
import { done } from '../lib/errors.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to this version; the server does the same when it starts')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(options, migrateAlone, ({ applied }) =>
        applied.length === 0 ? ['Nothing to do.'] : applied.map((name) => `Applied ${name}`),
      ),
    );
}

async function migrateAlone() {
  const config = readConfig();
  const { lockData } = await import('../database/file-lock.js');
  const { migrate } = await import('../database/migrations.js');
  const { withStartLock } = await import('../database/start-lock.js');
  const lock = lockData(config.dataDir, config.databaseUrl, 'the command `latchkey migrate`');
  try {
    return done({ applied: await withStartLock(config.databaseUrl, () => migrate(config.databaseUrl)) });
  } finally {
    lock.release();
  }
}
