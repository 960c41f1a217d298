/** `latchkey user list` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addUserList(user: Command): void {
  user
    .command('list')
    .description('the newest users, at most 1000')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listUsers', undefined)).outcome,
        (users) =>
          table(
            ['id', 'email', 'roles', 'created', 'disabled'],
            users.map(({ id, email, roles, createdAt, disabledAt }) => [id, email, roles.join(','), createdAt, disabledAt ?? '']),
          ),
      ),
    );
}
