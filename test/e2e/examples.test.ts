/** The folders of `examples/`: what they generate type-checks, and they talk to the built server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { REPOSITORY, serve } from '../support/built-server.js';
import { prepareExample, runIn, TSC } from '../support/examples.js';

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

test('what the examples misspell is found by their types', async () => {
  const folder = await prepareExample('node-script');
  const main = join(folder, 'src/main.ts');
  writeFileSync(main, readFileSync(main, 'utf8').replace('me?.email', 'me?.mail'));
  expect(await runIn(folder, TSC, '--noEmit')).toContain("Property 'mail' does not exist");
});
