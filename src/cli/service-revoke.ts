/** `latchkey service revoke` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addServiceRevoke(service: Command): void {
  service
    .command('revoke <id>')
    .description('revoke the credential of another service: every node refuses its next request')
    .option(...JSON_OPTION)
    .action((id: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('revokeServiceCredential', { id })).outcome,
        ({ name }) => [`Revoked ${name}.`],
      ),
    );
}
