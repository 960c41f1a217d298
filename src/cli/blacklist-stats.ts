/** `latchkey blacklist stats` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addBlacklistStats(blacklist: Command): void {
  blacklist
    .command('stats')
    .description('show how long the blacklist is')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('blacklistStats', undefined)).outcome,
        ({ rows, inMemory, version, oldestRevokedAt }) => [
          `rows in the table:  ${rows}`,
          `ids in memory:      ${inMemory}`,
          `version:            ${version}`,
          `oldest:             ${oldestRevokedAt ?? 'none'}`,
        ],
      ),
    );
}
