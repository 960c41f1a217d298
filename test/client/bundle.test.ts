/**
 * `latchkey/client` as a browser gets it: modules without dependencies, of the size that docs/client.md states, without side effects on
 * import.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { type OutputChunk, rolldown } from 'rolldown';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;

/** Minified, without the packages that the application brings itself. */
async function bundle(entry: string, format: 'esm' | 'iife' = 'esm'): Promise<OutputChunk> {
  const built = await rolldown({ input: `${root}src/client/${entry}.ts`, platform: 'browser', external: /^[^./]/, onLog: refuse });
  const { output } = await built.generate({ format, name: 'client', minify: true, comments: false });
  return output[0];
}

function refuse(_level: string, { message = '' }: { message?: string }): void {
  throw new Error(message);
}

const kilobytesOf = (text: string) => (gzipSync(text, { level: 9 }).length / 1024).toFixed(1);

test('the core needs no other package and has the size that docs/client.md tells', async () => {
  const { imports, code } = await bundle('auth-client');
  expect(imports).toEqual([]);
  expect(gzipSync(code, { level: 9 }).length).toBeLessThanOrEqual(4710);
  expect(readFileSync(`${root}docs/client.md`, 'utf8')).toContain(`${kilobytesOf(code)} KB gzipped`);
});

test.each(['apollo', 'graphql-ws', 'react', 'urql'])('the adapter %s has the size that docs/client.md tells', async (name) => {
  const { code } = await bundle(name);
  expect(readFileSync(`${root}docs/client.md`, 'utf8')).toContain(`\`latchkey/client/${name}\`, ${kilobytesOf(code)} KB gzipped`);
});

test('where there is neither a document nor anything of Node, it can be imported and made', async () => {
  const { code } = await bundle('auth-client', 'iife');
  const state = runInNewContext(`${code}; client.createAuthClient({ url: '/graphql', tokens: 'memory' }).state.status`);
  expect(state).toBe('loggedOut');
});

test('a program of Node that holds a session, and has nothing else to do, ends', async () => {
  const program = `
    import { createAuthClient } from 'latchkey/client';
    const accessToken = ['e30', btoa(JSON.stringify({ sid: 's', iat: 0, exp: 9000 })), 'x'].join('.');
    const text = JSON.stringify({ accessToken, refreshToken: 'r', askedAt: Date.now() });
    const tokens = { getItem: (key) => (key.endsWith(':logout') ? null : text), setItem() {}, removeItem() {} };
    console.log(createAuthClient({ url: 'http://127.0.0.1:1/graphql', tokens, tabs: true }).state.status);
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    timeout: 60_000,
  });
  expect(stdout.trim()).toBe('loggedIn');
});
