/** `latchkey keys list` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addKeysList(keys: Command): void {
  keys
    .command('list')
    .description('list the keys that verify access tokens, and when each of them signs')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listKeys', undefined)).outcome,
        (ring) =>
          table(
            ['kid', 'algorithm', 'created', 'signs from', 'retired'],
            ring.map(({ kid, algorithm, createdAt, activeAt, retiredAt }) => [kid, algorithm, createdAt, activeAt, retiredAt ?? '']),
          ),
      ),
    );
}
