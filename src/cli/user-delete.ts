/** `latchkey user delete` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addUserDelete(user: Command): void {
  user
    .command('delete <user>')
    .description('delete a user, named by id or email, with all personal data, and end all sessions of the user')
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('deleteUser', { user: name })).outcome,
        ({ id, endedSessions }) => [`Removed ${id}. Sessions ended: ${endedSessions}.`],
      ),
    );
}
