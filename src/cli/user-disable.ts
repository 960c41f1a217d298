/** `latchkey user disable` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

export function addUserDisable(user: Command): void {
  user
    .command('disable <user>')
    .description('stop a user, named by id or email, from logging in, and end all sessions of the user at once')
    .option(...REASON_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, { json, ...reason }: OutputOptions & ReasonOption) =>
      report(
        { json },
        async () => (await administer('disableUser', { user: name, ...reason })).outcome,
        ({ user: disabled, endedSessions }) => [
          `Disabled ${disabled.email}. Sessions ended: ${endedSessions}. Their tokens are refused from now on.`,
        ],
      ),
    );
}
