/** `latchkey user list` */
import { type Command, InvalidArgumentError } from 'commander';
import { MAX_LISTED } from '../features/administration/listing-commands.js';
import { administer } from './administer.js';
import { linesOf, parseLimit } from './limit.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

type Options = OutputOptions & { search?: string; limit: number };

/** The limit of the server. */
const SEARCH_CHARACTERS = 254;

export function addUserList(user: Command): void {
  user
    .command('list')
    .description('list the users, newest first')
    .option('--search <text>', 'only users whose email or name contains the text; case does not matter', fitSearch)
    .option('--limit <n>', 'the most users to list', parseLimit, MAX_LISTED)
    .option(...JSON_OPTION)
    .action(({ search, limit, ...options }: Options) =>
      report(
        options,
        async () => (await administer('listUsers', { ...(search === undefined ? {} : { search }), limit })).outcome,
        (users) =>
          linesOf(users, limit, 'No such users.', () =>
            table(
              ['id', 'email', 'name', 'roles', 'created', 'last login', 'disabled'],
              users.map(({ id, email, name, roles, createdAt, lastLoginAt, disabledAt }) => [
                id,
                email,
                name ?? '',
                roles.join(','),
                createdAt,
                lastLoginAt ?? '',
                disabledAt ?? '',
              ]),
            ),
          ),
      ),
    );
}

function fitSearch(text: string): string {
  if (text.length > SEARCH_CHARACTERS) throw new InvalidArgumentError(`It has more than ${SEARCH_CHARACTERS} characters.`);
  return text;
}
