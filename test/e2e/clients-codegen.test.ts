/** Code that GraphQL Code Generator makes from schema.graphql type-checks, rejects mistakes, and works with the built server. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { generateClient } from '../support/examples/codegen.js';
import { REPOSITORY, serve } from '../support/process/built-server.js';

const run = promisify(execFile);

test('operations typed by generated code are answered, and refused after logout [R4]', async () => {
  const folder = join(REPOSITORY, 'test/e2e/generated');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const codegen = join(REPOSITORY, 'test/e2e/codegen');
  await generateClient(join(REPOSITORY, 'schema.graphql'), join(codegen, 'operations.graphql'), folder);
  for (const file of ['program.ts', 'mistakes.ts']) cpSync(join(codegen, file), join(folder, file));
  writeFileSync(join(folder, 'tsconfig.json'), TSCONFIG);

  const { stdout: complaints } = await run(process.execPath, [join(REPOSITORY, 'node_modules/typescript/bin/tsc'), '-p', folder]).catch(
    (error) => error,
  );
  expect(complaints).toBe('');

  const { stdout } = await run(process.execPath, [join(folder, 'dist/program.js'), await serve()]);
  expect(JSON.parse(stdout)).toEqual({
    roles: [],
    email: 'codegen@example.com',
    isDated: true,
    endedSessions: 1,
    reason: 'TOKEN_REVOKED',
    codes: ['INVALID_REFRESH_TOKEN'],
  });
});

const TSCONFIG = JSON.stringify({
  compilerOptions: {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
    types: ['node'],
    rootDir: '.',
    outDir: 'dist',
  },
  include: ['*.ts'],
});
