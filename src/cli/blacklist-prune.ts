/** `latchkey blacklist prune` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addBlacklistPrune(blacklist: Command): void {
  blacklist
    .command('prune')
    .description('remove expired rows and other expired data; the server does the same every minute')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('prune', undefined)).outcome,
        ({ blacklistRows, sessions, signingKeys, auditEvents, mailCodes }) => [
          `Removed: ${blacklistRows} rows of the blacklist, ${sessions} sessions, ${signingKeys} signing keys, ${auditEvents} audit events, ${mailCodes} mailed codes.`,
        ],
      ),
    );
}
