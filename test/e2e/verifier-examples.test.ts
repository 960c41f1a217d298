/** The services of `examples/`, and the programs of docs/verifier-adapters.md, with the built server: accepted before a logout, and refused after it. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { prepareExample, runIn, TSC } from '../support/examples/examples.js';
import { logOut } from '../support/mutations/mutations.js';
import { REPOSITORY } from '../support/process/built-server.js';
import { readCommand } from '../support/process/commands.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';
import { askService, outcomeOf } from '../support/verifier/services.js';

/** Starts the login server, and a service that follows it. */
async function startService(folder: string): Promise<{ login: ServerProcess; url: string }> {
  const dataDir = makeFolder();
  const login = await startServer({ dataDir, settings: { ACCESS_TOKEN_AUDIENCES: 'orders', LOG_LEVEL: 'warn' } });
  const { credential } = await readCommand<{ credential: string }>(['service', 'create', 'orders', '--audience', 'orders'], { dataDir });
  const { url } = await startServer({
    dataDir: makeFolder(),
    command: [process.execPath, join(folder, 'dist/main.js')],
    cwd: folder,
    settings: { LATCHKEY_URL: login.url, LATCHKEY_CREDENTIAL: credential },
  });
  return { login, url };
}

test.each(['verifier-apollo', 'verifier-yoga', 'verifier-nest'])('%s serves who is logged in, until the logout', async (name) => {
  const folder = await prepareExample(name);
  await runIn(folder, TSC);
  const { login, url } = await startService(folder);
  const { accessToken: token } = await login.register();
  const { data } = await login.send('{ me { id } }', { token });
  expect((await askService(url, '{ hello me }', token)).body.data).toEqual({ hello: 'The shop is open.', me: data.me.id });
  expect((await askService(url, '{ hello }')).body).toEqual({ data: { hello: 'The shop is open.' } });
  expect(outcomeOf((await askService(url, '{ me }')).body)).toBe('UNAUTHENTICATED TOKEN_MISSING');
  expect((await askService(url, 'mutation { placeOrder(title: "Tea") }', token)).body.data).toEqual({ placeOrder: 'Tea' });
  expect(outcomeOf((await askService(url, 'mutation { deleteAllOrders }', token)).body)).toBe('FORBIDDEN');
  expect(await logOut(login, { token })).toBe(1);
  expect(outcomeOf((await askService(url, '{ me }', token)).body)).toBe('UNAUTHENTICATED TOKEN_REVOKED ended=true');
});

const PACKAGES = ['express', 'fastify', 'mercurius', '@types/express', '@types/node', 'typescript'];

/** The program of a section, built as its reader would build it. */
async function prepareProgram(name: string): Promise<string> {
  const page = readFileSync(join(REPOSITORY, 'docs/verifier-adapters.md'), 'utf8');
  const program = page.split(`<!-- program: ${name} -->\n\`\`\`ts\n`)[1]?.split('```')[0];
  if (program === undefined) throw new Error(`the page has no program for ${name}`);
  const folder = makeFolder();
  for (const wanted of PACKAGES) {
    const link = join(folder, 'node_modules', wanted);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(REPOSITORY, 'node_modules', wanted), link, 'dir');
  }
  symlinkSync(REPOSITORY, join(folder, 'node_modules/latchkey'), 'dir');
  mkdirSync(join(folder, 'src'));
  writeFileSync(join(folder, 'src/main.ts'), program);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'tsconfig.json'), readFileSync(join(REPOSITORY, 'examples/verifier-yoga/tsconfig.json')));
  expect(await runIn(folder, TSC)).toBe('');
  return folder;
}

test('the program for mercurius serves who is logged in, until the logout', async () => {
  const { login, url } = await startService(await prepareProgram('mercurius'));
  const { accessToken: token } = await login.register();
  const me = async () => outcomeOf((await askService(url, '{ me }', token)).body);
  expect(await me()).toBe('ok');
  expect(await logOut(login, { token })).toBe(1);
  expect(await me()).toBe('UNAUTHENTICATED TOKEN_REVOKED ended=true');
});

test.each(['express', 'fastify'])('the program for %s serves who is logged in, until the logout', async (name) => {
  const { login, url } = await startService(await prepareProgram(name));
  const { accessToken: token } = await login.register();
  const ask = (path: string, method = 'GET') => fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
  expect(await (await fetch(`${url}/hello`)).text()).toBe('The shop is open.');
  expect((await fetch(`${url}/me`)).status).toBe(401);
  expect((await ask('/me')).status).toBe(200);
  expect((await ask('/orders', 'DELETE')).status).toBe(403);
  expect(await logOut(login, { token })).toBe(1);
  expect((await ask('/me')).status).toBe(401);
});
