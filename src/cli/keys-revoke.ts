/** `latchkey keys revoke` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addKeysRevoke(keys: Command): void {
  keys
    .command('revoke <kid>')
    .description('revoke a leaked key: every token that it signed is refused at once; sessions continue at their next refresh')
    .option(...JSON_OPTION)
    .action((kid: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('revokeKey', { kid })).outcome,
        ({ signs }) => [`Revoked. ${signs} signs.`],
      ),
    );
}
