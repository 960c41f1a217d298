/** The folders of `examples/`: their generated code type-checks, and their programs work with the built server. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EMAIL } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { prepareExample, runIn, TSC } from '../support/examples/examples.js';
import { logOut } from '../support/mutations/mutations.js';
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

test('the application that has moved in keeps its posts, adds them to our User, and its route is refused after the logout [R1] [R2]', {
  timeout: 300_000,
}, async () => {
  const folder = await prepareExample('moving-in');
  await runIn(folder, TSC);
  const server = await startServer({
    dataDir: makeFolder(),
    settings: { POSTS_URL: `file:${join(folder, 'posts.db')}`, LOG_LEVEL: 'warn' },
    command: [process.execPath, join(folder, 'dist/main.js')],
    cwd: folder,
  });
  const { accessToken: token } = await server.register();
  const add = (title: string) =>
    server.send('mutation($t: String!) { addPost(input: { title: $t }) { id } }', { token, variables: { t: title } });
  expect((await add('Hello')).data).toEqual({ addPost: { id: '1' } });
  expect((await add('x'.repeat(81))).errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    validationErrors: [{ property: 'title' }],
  });
  const mine = '{ me { email posts { title } } posts { title } }';
  expect((await server.send(mine, { token })).data).toEqual({
    me: { email: EMAIL, posts: [{ title: 'Hello' }] },
    posts: [{ title: 'Hello' }],
  });
  expect((await server.send('mutation { deletePost(id: 1) }', { token })).errors?.[0]?.extensions).toEqual({ code: 'FORBIDDEN' });
  const csv = () => fetch(`${server.url}/posts.csv`, { headers: { authorization: `Bearer ${token}` } });
  expect(await (await csv()).text()).toBe('1,"Hello"\n');

  expect(await logOut(server, { token })).toBe(1);
  expect((await csv()).status).toBe(401);
  expect((await add('late')).errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true });
  expect(await server.stop()).toEqual({ code: 0, signal: null });
});

test('what the examples misspell is found by their types', async () => {
  const folder = await prepareExample('node-script');
  const main = join(folder, 'src/main.ts');
  writeFileSync(main, readFileSync(main, 'utf8').replace('me?.email', 'me?.mail'));
  expect(await runIn(folder, TSC, '--noEmit')).toContain("Property 'mail' does not exist");
});
