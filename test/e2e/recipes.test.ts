/** The programs of docs/recipes.md and the README's front-end program type-check unchanged, and work with the built server as described. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { buildProject, checkForBundler, findProgram } from '../support/examples/embedding-project.js';
import { logOut } from '../support/mutations/mutations.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';
import { decode } from '../support/tokens/tokens.js';

const SITE = 'https://www.example.com';
const MODE = { 'latchkey-refresh-token': 'cookie', origin: SITE };

const run = promisify(execFile);

/** Runs a program with code appended that uses it. Returns the output of that code, parsed from JSON. */
async function runRecipe(script: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const { stdout } = await run(process.execPath, [script], { env: { PATH: process.env.PATH, ...env } });
  return JSON.parse(stdout);
}

const start = (): Promise<ServerProcess> => startServer({ dataDir: makeFolder(), settings: { CORS_ORIGINS: SITE } });

test('the program of the README logs in, and its logout is known to the server [R4]', async () => {
  const server = await start();
  await server.register();
  const program = findProgram('README.md', 'Front ends').replace('http://localhost:4000', server.url);
  const { script, folder } = await buildProject(program);
  await checkForBundler(folder);
  const { stdout } = await run(process.execPath, [script]);
  const [, token = ''] = /^For your requests: Bearer (\S+)\nDoes the server know\? confirmed\n$/.exec(stdout) ?? [];
  expect((await server.send('{ me { id } }', { token })).errors?.[0]?.extensions).toMatchObject({ reason: 'TOKEN_REVOKED' });
});

test('a server that renders exchanges the cookie, and hands the next one on [R30]', async () => {
  const server = await start();
  await server.register();
  const login = `mutation { login(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { userErrors { code } } }`;
  const written = String((await server.send(login, { headers: MODE })).headers['set-cookie']);
  const use = `
    const page = new Request('${SITE}/account', { headers: { cookie: process.env.COOKIE ?? '' } });
    const visit = await openVisit(page);
    const nobody = await openVisit(new Request('${SITE}/account'));
    console.log(JSON.stringify({ nobody, setCookie: visit.setCookie, answer: await ask('{ me { email } session { current } }', visit) }));`;
  const { script } = await buildProject(findProgram('docs/recipes.md', 'Server rendering') + use);
  const env = { LATCHKEY_URL: `${server.url}/graphql`, SITE };
  const visit = await runRecipe(script, { ...env, COOKIE: String(written.split(';')[0]) });
  expect(visit).toEqual({
    nobody: { accessToken: null, setCookie: [] },
    setCookie: [expect.stringMatching(/^__Host-latchkey-refresh-[0-9a-f]{8}=lkr_.*HttpOnly; Secure; SameSite=Strict/)],
    answer: { data: { me: { email: EMAIL }, session: { current: true } } },
  });
});

/** The API of the keystore as Expo documents it, and only the parts of each package that the recipe uses. */
const STAND_INS = [
  {
    name: 'expo-secure-store',
    types: `export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY: number;
      interface Options { keychainAccessible?: number }
      export function getItem(key: string, options?: Options): string | null;
      export function setItem(key: string, value: string, options?: Options): void;`,
    program: `export const AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY = 1;
      export const items = (globalThis.items = new Map());
      const check = (key) => { if (!/^[\\w.-]+$/.test(key)) throw new Error('Invalid key'); };
      export const getItem = (key) => (check(key), items.get(key) ?? null);
      export const setItem = (key, value) => { check(key); if (value.length > 2048) throw new Error('Too long'); items.set(key, value); };`,
  },
  {
    name: 'react-native',
    types: `export const AppState: { addEventListener(type: 'change', listener: (state: string) => void): void };`,
    program: `export const AppState = { addEventListener: (type, listener) => (globalThis.changeTo = listener) };`,
  },
];

test('an app keeps its session in the keystore, goes on with it, and leaves nothing of it there after the logout', async () => {
  const server = await start();
  await server.register();
  const use = `
    const { items, changeTo } = globalThis as unknown as { items: Map<string, string>; changeTo: (state: string) => void };
    const kept = () => [...items.values()].filter((text) => text.includes('lkr_')).length;
    await auth.login({ email: '${EMAIL}', password: '${PASSWORD}', deviceName: 'Phone' });
    const again = createAuthClient({ url: process.env.EXPO_PUBLIC_LATCHKEY_URL ?? '', tokens: storage });
    const before = { kept: kept(), status: again.state.status, sessions: (await again.sessions()).map(({ deviceName }) => deviceName).sort() };
    changeTo('active');
    const { server } = await auth.logout();
    const later = createAuthClient({ url: process.env.EXPO_PUBLIC_LATCHKEY_URL ?? '', tokens: storage });
    console.log(JSON.stringify({ before, server, after: { kept: kept(), status: later.state.status, values: [...items.values()] } }));`;
  const { script } = await buildProject(findProgram('docs/recipes.md', 'React Native') + use, [], STAND_INS);
  expect(await runRecipe(script, { EXPO_PUBLIC_LATCHKEY_URL: `${server.url}/graphql` })).toEqual({
    before: { kept: 1, status: 'loggedIn', sessions: ['Phone', null] },
    server: 'confirmed',
    after: { kept: 0, status: 'loggedOut', values: expect.not.arrayContaining([expect.stringContaining('ey')]) },
  });
});

test('a gateway that verifies by itself does not see a logout, one that asks does [R4]', async () => {
  const server = await start();
  const { accessToken } = await server.register();
  const id = decode(accessToken).claims.sub;
  const { script } = await buildProject(
    `${findProgram('docs/recipes.md', 'Gateways and other services')}
    const token = process.env.TOKEN ?? '';
    const forged = token.slice(0, -8) + 'AAAAAAAA';
    const way1 = (await verify(token))?.sub ?? null;
    console.log(JSON.stringify({ way1, way2: (await ask(token))?.id ?? null, forged: await verify(forged), none: await ask('x') }));`,
    ['jsonwebtoken'],
  );
  const env = { LATCHKEY_URL: server.url, TOKEN: accessToken };
  expect(await runRecipe(script, env)).toEqual({ way1: id, way2: id, forged: null, none: null });
  await logOut(server, { token: accessToken });
  expect(await runRecipe(script, env)).toEqual({ way1: id, way2: null, forged: null, none: null });
});
