/** `latchkey service list` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addServiceList(service: Command): void {
  service
    .command('list')
    .description('list the credentials of other services, newest first; what they consist of is not shown')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listServiceCredentials', undefined)).outcome,
        (credentials) =>
          credentials.length === 0
            ? ['No service credentials.']
            : table(
                ['id', 'name', 'audience', 'created', 'revoked'],
                credentials.map(({ id, name, audience, createdAt, revokedAt }) => [id, name, audience, createdAt, revokedAt ?? '']),
              ),
      ),
    );
}
