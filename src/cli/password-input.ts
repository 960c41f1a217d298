/** A password for a command: asked for at the terminal, or read from standard input; it never stands on the command line. */
import password from '@inquirer/password';

export const PASSWORD_OPTION = ['--password-stdin', 'read the password from standard input'] as const;

export async function readPassword(
  { passwordStdin }: { readonly passwordStdin?: boolean },
  refuse: (message: string) => never,
): Promise<string> {
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
