/** The examples of docs/client.md and the client itself compile for a browser, without the types of Node. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Inside the package, so that `latchkey/client` resolves as it does for users: through the exports of the build. */
async function compile(name: string, files: Readonly<Record<string, string>>, include: readonly string[] = ['.']): Promise<string> {
  const folder = join(root, 'test/client/generated', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', folder]).catch((error) => error);
  return stdout;
}

const COMPILER_OPTIONS = {
  target: 'es2022',
  lib: ['es2022', 'dom', 'dom.iterable', 'dom.asynciterable'],
  types: [],
  module: 'nodenext',
  jsx: 'react-jsx',
  strict: true,
  noUncheckedIndexedAccess: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};

test('every example of docs/client.md is right', async () => {
  const text = readFileSync(join(root, 'docs/client.md'), 'utf8');
  const examples = [...text.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, kind, code], index) => [
    `example${index}.${kind}`,
    code ?? '',
  ]);
  expect(examples).toHaveLength(7);
  expect(await compile('examples', Object.fromEntries(examples))).toBe('');
});

test('a wrong use is refused: the types are those of the schema', async () => {
  const lines = [
    "import { createAuthClient } from 'latchkey/client';",
    "const auth = createAuthClient({ url: '/graphql', tokens: 'memory' });",
    '// @ts-expect-error: the password is missing',
    "await auth.login({ email: 'ada@example.com' });",
    '// @ts-expect-error: there is no such scope',
    "await auth.logout({ scope: 'EVERYTHING' });",
    '// @ts-expect-error: no token is handed out by a login',
    "console.log((await auth.login({ email: '', password: '' })).refreshToken);",
    '// @ts-expect-error: there is no such code',
    "auth.login({ email: '', password: '' }).then(({ userErrors }) => userErrors.some(({ code }) => code === 'EMAIL_MISSING'));",
    '// @ts-expect-error: it is not there for everybody',
    "auth.onChange((change) => change.reason === 'LOGGED_IN' && change.why);",
  ];
  expect(await compile('mistakes', { 'mistakes.ts': lines.join('\n') })).toBe('');
});

test('the sources of the client compile without the types of Node', async () => {
  expect(await compile('sources', {}, ['../../../../src/client'])).toBe('');
});
