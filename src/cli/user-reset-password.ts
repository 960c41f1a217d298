/** `latchkey user reset-password` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { PASSWORD_OPTION, readPassword } from './password-input.js';

export function addUserResetPassword(user: Command): void {
  user
    .command('reset-password <user>')
    .description('set a new password for a user, named by id or email, and end all sessions of the user')
    .option(...PASSWORD_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions & { passwordStdin?: boolean }) =>
      report(
        options,
        async () => {
          const password = await readPassword(options, (message) => user.error(message));
          return (await administer('resetPassword', { user: name, password })).outcome;
        },
        ({ user: changed, endedSessions }) => [`Set a new password for ${changed.email}. Sessions ended: ${endedSessions}.`],
      ),
    );
}
