/** `latchkey migrate` */
import type { Command } from 'commander';
import { readConfig } from '../config/config.js';
import { done } from '../lib/errors.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

/** Commander turns `--no-node-runs` into this. */
type Options = OutputOptions & { nodeRuns: boolean };

export function addMigrate(program: Command): void {
  program
    .command('migrate')
    .description('bring the database to this version; the server does the same when it starts')
    .option('--no-node-runs', 'forget the nodes that are on record; only when all of them have stopped or crashed')
    .option(...JSON_OPTION)
    .action((options: Options) =>
      report(
        options,
        () => migrateAlone(options),
        ({ applied }) => (applied.length === 0 ? ['Nothing to do.'] : applied.map((name) => `Applied ${name}`)),
      ),
    );
}

async function migrateAlone({ nodeRuns }: Options) {
  const config = readConfig();
  const { lockData } = await import('../database/file-lock.js');
  const { migrateDatabase } = await import('../database/open-migrated.js');
  const { withStartLock } = await import('../database/start-lock.js');
  const lock = lockData(config.dataDir, config.databaseUrl, 'the command `latchkey migrate`');
  try {
    return done({ applied: await withStartLock(config.databaseUrl, () => migrateDatabase(config, !nodeRuns)) });
  } finally {
    lock.release();
  }
}
