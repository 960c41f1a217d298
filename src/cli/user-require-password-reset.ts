/** `latchkey user require-password-reset` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

export function addUserRequirePasswordReset(user: Command): void {
  user
    .command('require-password-reset <user>')
    .description('invalidate the password of a user, named by id or email, end all sessions, and mail a code for a new password')
    .option(...REASON_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, { json, ...reason }: OutputOptions & ReasonOption) =>
      report(
        { json },
        async () => (await administer('requirePasswordReset', { user: name, ...reason })).outcome,
        ({ user: { email, disabledAt }, endedSessions }) => [
          `The password of ${email} no longer works. Sessions ended: ${endedSessions}.`,
          disabledAt === null ? 'The server mails a code for a new password.' : 'The server mails no code, because the user is disabled.',
        ],
      ),
    );
}
