/** `latchkey user create` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { PASSWORD_OPTION, readPassword } from './password-input.js';

type Options = OutputOptions & { name?: string; admin?: boolean; passwordStdin?: boolean };

export function addUserCreate(user: Command): void {
  user
    .command('create <email>')
    .description('create a user; the command asks for the password, which is never an argument')
    .option('--name <name>', 'the display name of the user')
    .option('--admin', 'make the user an administrator')
    .option(...PASSWORD_OPTION)
    .option(...JSON_OPTION)
    .action((email: string, options: Options) =>
      report(
        options,
        async () => {
          const { name, admin } = options;
          const input = {
            email,
            password: await readPassword(options, (message) => user.error(message)),
            ...(name === undefined ? {} : { name }),
            ...(admin === undefined ? {} : { admin }),
          };
          return (await administer('createUser', input)).outcome;
        },
        (created) => [`Created ${created.email}, id ${created.id}${created.roles.length > 0 ? `, ${created.roles.join(', ')}` : ''}`],
      ),
    );
}
