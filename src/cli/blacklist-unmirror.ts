/** `latchkey blacklist unmirror` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addBlacklistUnmirror(blacklist: Command): void {
  blacklist
    .command('unmirror')
    .description('logouts wait for Redis no more; only when no node has REVOCATION_CHECK=redis any longer')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('unmirror', undefined)).outcome,
        () => ['No logout waits for Redis any more.'],
      ),
    );
}
