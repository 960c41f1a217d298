/** `latchkey user disable` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

export function addUserDisable(user: Command): void {
  user
    .command('disable <user>')
    .description('forbid a user, named by id or email, to log in, and end all sessions at once')
    .option(...REASON_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, { json, ...reason }: OutputOptions & ReasonOption) =>
      report(
        { json },
        async () => (await administer('disableUser', { user: name, ...reason })).outcome,
        ({ user: disabled, endedSessions }) => [
          `Disabled ${disabled.email}. Sessions ended: ${endedSessions}. None of their tokens is accepted any more.`,
        ],
      ),
    );
}
