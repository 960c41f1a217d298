/** `latchkey user set-roles` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addUserSetRoles(user: Command): void {
  user
    .command('set-roles <user> [roles...]')
    .description('replace the roles of a user, named by id or email, or remove all; tokens with the old roles are refused at once')
    .option(...JSON_OPTION)
    .action((name: string, roles: string[], options: OutputOptions) =>
      report(
        options,
        async () => (await administer('setUserRoles', { user: name, roles })).outcome,
        ({ user: changed }) => [`Roles of ${changed.email}: ${changed.roles.join(', ') || 'none'}`],
      ),
    );
}
