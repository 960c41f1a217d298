/** A project in which graphql is not what Latchkey needs: another version, or a second copy. */
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../app/start-app.js';
import { REPOSITORY } from '../process/built-server.js';

const PACKAGES = join(REPOSITORY, 'node_modules');

/** A resolver with a type that comes from graphql, written without decorators: Node runs it as it is. */
const PROGRAM = `
import { createApp, readConfig } from 'latchkey';
import { Int, Query, Resolver } from 'type-graphql';
class OneResolver { one() { return 1; } }
Query(() => Int)(OneResolver.prototype, 'one', {});
Resolver()(OneResolver);
const app = await createApp({ config: readConfig(), resolvers: [OneResolver] });
console.log(await app.listen());
`;

export interface OtherProject {
  readonly folder: string;
  /** Runs the program. The packages of the project are links, which must not lead to those of this repository. */
  readonly command: readonly string[];
}

/** @param arrange changes the packages of the project, all of which are links to ours, except for Latchkey itself */
export function makeProject(arrange: (packages: string) => void): OtherProject {
  const folder = makeFolder();
  const packages = join(folder, 'node_modules');
  mkdirSync(join(packages, 'latchkey'), { recursive: true });
  for (const name of readdirSync(PACKAGES)) {
    if (!name.startsWith('.') && name !== 'latchkey' && name !== 'graphql') symlinkSync(join(PACKAGES, name), join(packages, name));
  }
  for (const part of ['package.json', 'dist', 'prisma']) symlinkSync(join(REPOSITORY, part), join(packages, 'latchkey', part));
  copyGraphql(packages);
  arrange(packages);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(folder, 'app.js'), PROGRAM);
  return { folder, command: [process.execPath, '--preserve-symlinks', '--preserve-symlinks-main', join(folder, 'app.js')] };
}

/** @param version what the copy says of itself */
export function copyGraphql(packages: string, version?: string): void {
  const copy = join(packages, 'graphql');
  cpSync(join(PACKAGES, 'graphql'), copy, { recursive: true });
  if (version === undefined) return;
  const file = join(copy, 'version.js');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/const version = '[^']*'/, `const version = '${version}'`));
}
