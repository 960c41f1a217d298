/** The folders of `examples/`: their generated code type-checks, and their programs work with the built server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { prepareExample, runIn, TSC } from '../support/examples/examples.js';
import { REPOSITORY, serve } from '../support/process/built-server.js';
import { startServer } from '../support/process/server-process.js';

test('the program of Node hears what its README says, and is refused after its logout [R4] [R28]', async () => {
  const folder = await prepareExample('node-script');
  await runIn(folder, TSC);
  const said = await runIn(folder, 'dist/main.js', await serve());
  const [, promised] =
    /It prints:\n\n```\n([\s\S]*?)```/.exec(readFileSync(join(REPOSITORY, 'examples/node-script/README.md'), 'utf8')) ?? [];
  const sameAddress = (text = '') => text.replace(/ada\.\d+@/, 'ada@');
  expect(sameAddress(said)).toBe(sameAddress(promised));
  expect(said).toContain('TOKEN_REVOKED');
});

test('the page with React shows who is logged in, and nobody after the logout', async () => {
  const folder = await prepareExample('web-react');
  await runIn(folder, TSC);
  expect(await runIn(folder, 'node_modules/vite/bin/vite.js', 'build', '--outDir', 'bundle')).toContain('built in');
  const origin = 'http://localhost:5173';
  const { url } = await startServer({ dataDir: makeFolder(), settings: { CORS_ORIGINS: origin } });
  const page = join(REPOSITORY, 'test/support/examples/example-page.js');
  expect((await runIn(folder, page, folder, `${url}/graphql`, origin)).trim().split('\n')).toEqual([
    'ada@example.com, sessions: 1',
    'nobody, sessions: 0',
    // The earlier session is not counted: the logout ended it.
    'ada@example.com, sessions: 1',
  ]);
});

test('what the examples misspell is found by their types', async () => {
  const folder = await prepareExample('node-script');
  const main = join(folder, 'src/main.ts');
  writeFileSync(main, readFileSync(main, 'utf8').replace('me?.email', 'me?.mail'));
  expect(await runIn(folder, TSC, '--noEmit')).toContain("Property 'mail' does not exist");
});
