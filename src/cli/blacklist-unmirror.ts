/** `latchkey blacklist unmirror` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addBlacklistUnmirror(blacklist: Command): void {
  blacklist
    .command('unmirror')
    .description('stop logouts from waiting for Redis; run it only when no node has REVOCATION_CHECK=redis any more')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('unmirror', undefined)).outcome,
        () => ['Logouts no longer wait for Redis.'],
      ),
    );
}
