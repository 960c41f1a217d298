/** `latchkey keys list` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addKeysList(keys: Command): void {
  keys
    .command('list')
    .description('the keys that verify access tokens; the one that is not retired signs')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listKeys', undefined)).outcome,
        (ring) =>
          table(
            ['kid', 'algorithm', 'created', 'retired'],
            ring.map(({ kid, algorithm, createdAt, retiredAt }) => [kid, algorithm, createdAt, retiredAt ?? '']),
          ),
      ),
    );
}
