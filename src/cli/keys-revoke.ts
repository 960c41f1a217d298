/** `latchkey keys revoke` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addKeysRevoke(keys: Command): void {
  keys
    .command('revoke <kid>')
    .description('take a key that has leaked out of use: every token that it signed is refused at once; sessions go on through refresh')
    .option(...JSON_OPTION)
    .action((kid: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('revokeKey', { kid })).outcome,
        ({ signs }) => [`Revoked. ${signs} signs.`],
      ),
    );
}
