/** `latchkey user disable` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addUserDisable(user: Command): void {
  user
    .command('disable <user>')
    .description('forbid a user, named by id or email, to log in, and end all sessions at once')
    .option('--reason <text>', 'why, for the audit trail')
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions & { reason?: string }) =>
      report(
        options,
        async () =>
          (await administer('disableUser', { user: name, ...(options.reason === undefined ? {} : { reason: options.reason }) })).outcome,
        ({ user: disabled, endedSessions }) => [
          `Disabled ${disabled.email}. Sessions ended: ${endedSessions}. None of their tokens is accepted any more.`,
        ],
      ),
    );
}
