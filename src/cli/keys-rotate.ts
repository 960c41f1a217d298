/** `latchkey keys rotate` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addKeysRotate(keys: Command): void {
  keys
    .command('rotate')
    .description('sign with a new key; tokens of the old one stay valid until they expire')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('rotateKeys', undefined)).outcome,
        ({ kid, algorithm }) => [`${algorithm} key ${kid} signs from now on.`],
      ),
    );
}
