/** `latchkey user require-password-reset` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

export function addUserRequirePasswordReset(user: Command): void {
  user
    .command('require-password-reset <user>')
    .description('make the password of a user, named by id or email, useless, end all sessions, and mail a code for a new one')
    .option(...REASON_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, { json, ...reason }: OutputOptions & ReasonOption) =>
      report(
        { json },
        async () => (await administer('requirePasswordReset', { user: name, ...reason })).outcome,
        ({ user: { email, disabledAt }, endedSessions }) => [
          `The password of ${email} is of no use any more. Sessions ended: ${endedSessions}.`,
          disabledAt === null ? 'A code for a new one is mailed.' : 'No code is mailed to a disabled user.',
        ],
      ),
    );
}
