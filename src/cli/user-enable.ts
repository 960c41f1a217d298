/** `latchkey user enable` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

export function addUserEnable(user: Command): void {
  user
    .command('enable <user>')
    .description('let a disabled user, named by id or email, log in again; earlier sessions stay ended')
    .option(...REASON_OPTION)
    .option(...JSON_OPTION)
    .action((name: string, { json, ...reason }: OutputOptions & ReasonOption) =>
      report(
        { json },
        async () => (await administer('enableUser', { user: name, ...reason })).outcome,
        ({ user: enabled }) => [`${enabled.email} may log in.`],
      ),
    );
}
