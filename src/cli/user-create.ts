/** `latchkey user create` */
import password from '@inquirer/password';
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

type Options = OutputOptions & { name?: string; admin?: boolean; passwordStdin?: boolean };

export function addUserCreate(user: Command): void {
  user
    .command('create <email>')
    .description('make a user; the password is asked for, it never stands on the command line')
    .option('--name <name>', 'what the user wants to be called')
    .option('--admin', 'may use the administration')
    .option('--password-stdin', 'read the password from standard input')
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
        (created) => [`Made ${created.email}, id ${created.id}${created.roles.length > 0 ? `, ${created.roles.join(', ')}` : ''}`],
      ),
    );
}

async function readPassword({ passwordStdin }: Options, refuse: (message: string) => never): Promise<string> {
  if (passwordStdin) return readLine();
  if (!process.stdin.isTTY) refuse('There is no terminal to ask for the password. Use --password-stdin.');
  return password({ message: 'Password:' }, { output: process.stderr });
}

/** The password is the input up to the first line break; a shell adds one. */
async function readLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += chunk;
  return text.split(/\r?\n/, 1)[0] ?? '';
}
