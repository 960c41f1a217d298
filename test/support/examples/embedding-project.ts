/** Turns the program of a document into a user's project: copied from the page unchanged, type-checked, and built. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { makeFolder } from '../app/start-app.js';
import { REPOSITORY } from '../process/built-server.js';

const run = promisify(execFile);

/** The first TypeScript block under a heading. */
export function findProgram(page: string, heading: string): string {
  const [, section = ''] = readFileSync(join(REPOSITORY, page), 'utf8').split(`\n## ${heading}\n`);
  const program = /^```ts\n([\s\S]*?)^```$/m.exec(section)?.[1];
  if (program === undefined) throw new Error(`${page} has no TypeScript under "${heading}"`);
  return program;
}

/** A stand-in for a package that is not installed here: its program and its types. */
export interface StandIn {
  readonly name: string;
  readonly program: string;
  readonly types: string;
}

/** Fails if the program does not type-check. The project has the packages that `npm install latchkey type-graphql …` would install. */
export async function buildProject(
  program: string,
  packages: readonly string[] = [],
  standIns: readonly StandIn[] = [],
): Promise<{ folder: string; script: string }> {
  const folder = makeFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(REPOSITORY, join(folder, 'node_modules/latchkey'), 'dir');
  for (const name of ['type-graphql', 'class-validator', '@types', ...packages]) {
    symlinkSync(join(REPOSITORY, 'node_modules', name), join(folder, 'node_modules', name), 'dir');
  }
  for (const { name, program: text, types } of standIns) {
    const home = join(folder, 'node_modules', name);
    mkdirSync(home);
    writeFileSync(
      join(home, 'package.json'),
      JSON.stringify({ name, type: 'module', exports: { types: './index.d.ts', default: './index.js' } }),
    );
    writeFileSync(join(home, 'index.js'), text);
    writeFileSync(join(home, 'index.d.ts'), types);
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'app.ts'), program);
  const compilerOptions = {
    target: 'es2022',
    module: 'nodenext',
    strict: true,
    experimentalDecorators: true,
    types: ['node'],
    rootDir: '.',
    outDir: 'dist',
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
  await compile(folder);
  return { folder, script: join(folder, 'dist/app.js') };
}

/** Type-checks a built project once more, as a bundler resolves modules. */
export async function checkForBundler(folder: string): Promise<void> {
  await compile(folder, '--noEmit', '--module', 'esnext', '--moduleResolution', 'bundler');
}

/** Checks the types of the packages too: nobody should need `skipLibCheck`. */
async function compile(folder: string, ...options: readonly string[]): Promise<void> {
  const tsc = join(REPOSITORY, 'node_modules/typescript/bin/tsc');
  expect(await run(process.execPath, [tsc, '-p', folder, ...options]).catch((error) => error)).toMatchObject({ stdout: '', stderr: '' });
}
