/** Reads a password from the terminal or standard input, never from an argument: other users of the machine can read those. */

export const PASSWORD_OPTION = ['--password-stdin', 'read the password from standard input'] as const;

export async function readPassword(
  { passwordStdin }: { readonly passwordStdin?: boolean },
  refuse: (message: string) => never,
): Promise<string> {
  if (passwordStdin) return readLine();
  if (!process.stdin.isTTY) refuse('There is no terminal to ask for the password. Use --password-stdin.');
  const { default: password } = await import('@inquirer/password');
  return password({ message: 'Password:' }, { output: process.stderr });
}

/** Reads up to the first line break, because a shell adds one to the password. */
async function readLine(): Promise<string> {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const chunk of process.stdin) text += chunk;
  return text.split(/\r?\n/, 1)[0] ?? '';
}
