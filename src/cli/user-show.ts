/** `latchkey user show` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

export function addUserShow(user: Command): void {
  user
    .command('show <user>')
    .description('show a user, named by id or email')
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('showUser', { user: name })).outcome,
        (shown) => [
          `id:             ${shown.id}`,
          `email:          ${shown.email}, ${shown.emailVerifiedAt === null ? 'not verified' : `verified ${shown.emailVerifiedAt}`}`,
          `name:           ${shown.name ?? 'none'}`,
          `roles:          ${shown.roles.join(', ') || 'none'}`,
          `created:        ${shown.createdAt}`,
          `last login:     ${shown.lastLoginAt ?? 'never'}`,
          `disabled:       ${shown.disabledAt === null ? 'no' : `${shown.disabledAt}, ${shown.disabledReason ?? 'without a reason'}`}`,
          `live sessions:  ${shown.liveSessions}`,
        ],
      ),
    );
}
