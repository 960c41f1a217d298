/** An application that has another graphql than Latchkey needs is told so at the start, and what to do. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { copyGraphql, makeProject, type OtherProject } from '../support/examples/other-graphql.js';
import { REPOSITORY } from '../support/process/built-server.js';
import { failToStart, startServer } from '../support/process/server-process.js';

const optionsOf = ({ folder, command }: OtherProject) => ({ dataDir: makeFolder(), command, cwd: folder });

test('with one copy of graphql 16 the project starts', async () => {
  const server = await startServer(optionsOf(makeProject(() => undefined)));
  expect((await server.send('{ one }')).data).toEqual({ one: 1 });
});

test('graphql 17, or a 16 that is too old, is refused by its version', async () => {
  for (const version of ['17.1.0', '16.14.0', '15.9.0']) {
    const project = makeProject((packages) => {
      rmSync(join(packages, 'graphql'), { recursive: true });
      copyGraphql(packages, version);
    });
    const { code, stderr } = await failToStart(optionsOf(project));
    expect([code, stderr]).toEqual([1, expect.stringContaining(`Latchkey needs graphql 16.15 or a later 16, and finds ${version}.`)]);
    expect(stderr).toContain('npm install graphql@^16.15.0');
  }
});

test('a second copy of graphql is refused, below Latchkey or in the application', async () => {
  const copyTypeGraphql = (packages: string) => {
    rmSync(join(packages, 'type-graphql'));
    cpSync(join(REPOSITORY, 'node_modules/type-graphql'), join(packages, 'type-graphql'), { recursive: true });
  };
  const below = makeProject((packages) => {
    copyTypeGraphql(packages);
    mkdirSync(join(packages, 'type-graphql/node_modules'));
    copyGraphql(join(packages, 'type-graphql/node_modules'));
  });
  expect((await failToStart(optionsOf(below))).stderr).toContain('type-graphql loads another copy of graphql than Latchkey');

  // As npm links a folder: Latchkey keeps its own copies, and the application gets others.
  const linked = makeProject(copyTypeGraphql);
  const command = [process.execPath, join(linked.folder, 'app.js')];
  const { stderr } = await failToStart(optionsOf({ ...linked, command }));
  expect(stderr).toContain('Your resolvers use types of another copy of graphql');
  expect(stderr).toContain('npm install --install-links');
});
