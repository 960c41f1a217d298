/** The snippet of the README that embeds the server: it type-checks as it stands, runs, and its field is guarded by the same check. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { newUser, REPOSITORY, serve } from '../support/built-server.js';
import { makeFolder } from '../support/start-app.js';

const run = promisify(execFile);

test('the snippet of the README guards its own field: answered for a live token, refused after logout [R2]', {
  timeout: 120_000,
}, async () => {
  const snippet = findSnippet(readFileSync(join(REPOSITORY, 'README.md'), 'utf8'));
  expect(snippet.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  const project = makeProject(snippet);
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  expect(await run(process.execPath, [tsc, '-p', project]).catch((error) => error)).toMatchObject({ stdout: '', stderr: '' });

  const url = await serve([join(project, 'dist/app.js')], project);
  const ask = async (query: string, token?: string) => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return JSON.parse(await response.text());
  };
  const { email, password } = newUser('embedding');
  const { data } = await ask(`mutation { register(input: { email: "${email}", password: "${password}" }) { accessToken user { id } } }`);
  const { accessToken, user } = data.register;
  const refused = (reason: string) => ({ data: { greeting: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED', reason } }] });

  expect(await ask('{ greeting }')).toMatchObject(refused('TOKEN_MISSING'));
  expect(await ask('{ greeting }', accessToken)).toEqual({ data: { greeting: `Hello, user ${user.id}` } });
  expect(await ask('mutation { logout { endedSessions } }', accessToken)).toEqual({ data: { logout: { endedSessions: 1 } } });
  expect(await ask('{ greeting }', accessToken)).toMatchObject(refused('TOKEN_REVOKED'));
});

function findSnippet(page: string): string {
  const snippet = /^## Embed it$[\s\S]*?^```ts\n([\s\S]*?)^```$/m.exec(page)?.[1];
  if (snippet === undefined) throw new Error('README.md has no TypeScript under "Embed it"');
  return snippet;
}

/** A project of a user, as `npm install latchkey type-graphql` would leave it. */
function makeProject(snippet: string): string {
  const project = makeFolder();
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(REPOSITORY, join(project, 'node_modules/latchkey'), 'dir');
  for (const name of ['type-graphql', '@types']) {
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(project, 'node_modules', name), 'dir');
  }
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(project, 'app.ts'), snippet);
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: '.',
    outDir: 'dist',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  return project;
}
