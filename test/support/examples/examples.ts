/** A folder of `examples/` as a user has it after copying it: its files, and only the packages that its package.json names. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { makeFolder } from '../app/start-app.js';
import { REPOSITORY } from '../process/built-server.js';

const run = promisify(execFile);

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** Runs a program in the folder as npm would. @returns its output; a failure carries the error output */
export async function runIn(folder: string, ...command: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run(process.execPath, [...command], { cwd: folder }).catch((error) => error);
  expect(stderr).toBe('');
  return stdout;
}

export const TSC = 'node_modules/typescript/bin/tsc';

/** Generates the types of an example, if it has some, and type-checks it. */
export async function prepareExample(name: string): Promise<string> {
  const source = join(REPOSITORY, 'examples', name);
  const folder = makeFolder();
  const isOwn = (path: string) => !/\/(node_modules|dist|gql|generated)(\/|$)/.test(path.slice(source.length));
  cpSync(source, folder, { recursive: true, filter: isOwn });
  const { dependencies, devDependencies } = readManifest(folder);
  for (const [wanted, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    const installed = wanted === 'latchkey' ? REPOSITORY : join(REPOSITORY, 'node_modules', wanted);
    if (wanted !== 'latchkey') expect(`${wanted} ${version}`).toBe(`${wanted} ${readManifest(installed).version}`);
    const link = join(folder, 'node_modules', wanted);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(installed, link, 'dir');
  }
  if (existsSync(join(folder, 'codegen.js'))) await runIn(folder, 'codegen.js');
  expect(await runIn(folder, TSC, '--noEmit')).toBe('');
  return folder;
}
