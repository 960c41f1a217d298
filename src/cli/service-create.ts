/** `latchkey service create` */
import type { Command } from 'commander';
import { readConfig } from '../config/config.js';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addServiceCreate(service: Command): void {
  service
    .command('create <name>')
    .description('create a credential for another service, which asks with it about tokens; it is shown once')
    .requiredOption('--audience <aud>', 'the service in the claim `aud` of the tokens about which it asks')
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions & { audience: string }) =>
      report(
        options,
        async () => (await administer('createServiceCredential', { name, audience: options.audience })).outcome,
        ({ id, credential }) => [
          `Created ${name}, id ${id}. This is its credential; it is not shown again:`,
          credential,
          ...adviceFor(options.audience),
        ],
      ),
    );
}

/** Every token would be inactive for such a service, and the answer to the service must not say why. */
function adviceFor(audience: string): string[] {
  if (readConfig().accessTokenAudiences.includes(audience)) return [];
  return [`Access tokens do not name ${audience} yet: add it to ACCESS_TOKEN_AUDIENCES on every node.`];
}
