/** The command is one bundle: what every start needs is in a few files, and whatever is loaded on demand works from it. */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { mailSettings } from '../support/mail/mail-app.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { latchkey, latchkeyJson } from '../support/process/cli.js';
import { START, startServer } from '../support/process/server-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bundle = join(root, 'dist/command');
const read = (path: string) => readFileSync(path, 'utf8');
const files = readdirSync(bundle).filter((name) => name.endsWith('.js'));

/** The files that a process loads from its start to its end. */
async function filesLoaded(dataDir: string): Promise<string[]> {
  const report = join(makeFolder(), 'loaded');
  const [node = '', ...start] = START;
  const preload = join(root, 'test/support/process/loaded-files.js');
  const server = await startServer({ dataDir, command: [node, '--import', preload, ...start], settings: { LOADED_FILES: report } });
  await server.stop();
  return [...new Set(read(report).split('\n'))].filter((path) => path !== '' && path !== preload);
}

test('a start loads a few files, and none of what is loaded on demand', async () => {
  const dataDir = makeFolder();
  const first = await filesLoaded(dataDir);
  expect(first.map((path) => basename(path))).toEqual(expect.arrayContaining(['latchkey.js', 'server.js', 'schema-engine.js']));
  const later = await filesLoaded(dataDir);
  // What is loaded before the cache is there is compiled at each start.
  const cached = later.indexOf(`compiled code is kept in ${dataDir}/compile-cache`);
  expect(cached).toBeGreaterThan(0);
  for (const name of ['data.js', 'server.js']) expect(later.indexOf(join(bundle, name))).toBeGreaterThan(cached);
  expect(later.length).toBeLessThan(45);
  const own = later.filter((path) => path.startsWith(bundle)).map((path) => basename(path));
  const onDemand = [
    'inlineTrace',
    'language-common',
    'nodemailer',
    'password',
    'postgresql-adapter',
    'redis',
    'schema-engine',
    'smtp-delivery',
  ];
  for (const name of onDemand.map((each) => `${each}.js`)) {
    expect(files).toContain(name);
    expect(own).not.toContain(name);
  }
  expect(later.filter((path) => path.startsWith(join(root, 'dist')) && !path.startsWith(bundle))).toEqual([]);
});

test('what a start does not load is loaded when it is needed: mail, common passwords, pages, metrics, long reads', async () => {
  const dataDir = makeFolder();
  const mails = await startMailServer();
  const server = await startServer({ dataDir, settings: { ...mailSettings(mails), METRICS_PORT: '0' } });
  const register = (password: string) =>
    server.send(`mutation { register(input: { email: "ada@example.com", password: "${password}" }) { userErrors { code } } }`);
  expect((await register('password123')).text).toContain('PASSWORD_TOO_COMMON');
  await register(PASSWORD);
  expect((await mails.next()).to).toBe('ada@example.com');

  for (const path of ['/graphql', '/account']) {
    const page = await fetch(`${server.url}${path}`, { headers: { accept: 'text/html' } });
    const [, script = ''] = /<script[^>]* src="([^"]+)"/.exec(await page.text()) ?? [];
    expect((await fetch(new URL(script, page.url))).headers.get('content-type')).toContain('text/javascript');
  }
  const [metrics = ''] = /http:\S+\/metrics/.exec(server.printed()) ?? [];
  expect(await (await fetch(metrics)).text()).toContain('latchkey_revocations_live 0');
  // The damage of a database is looked for by a thread of its own.
  expect(await latchkeyJson(['doctor'], { dataDir })).toContainEqual(
    expect.objectContaining({ check: 'database', found: 'writable and undamaged' }),
  );
});

test('the bundle serves the schema of the repository: no class has lost its name', async () => {
  const { code, stdout } = await latchkey(['schema', 'print'], { dataDir: makeFolder() });
  expect(code).toBe(0);
  expect(stdout).toBe(read(join(root, 'schema.graphql')));
});

test('no file of the bundle takes twice its space because of one letter', () => {
  expect(files).toContain('server.js');
  expect(files.filter((name) => /[^\0-\x7f]/.test(read(join(bundle, name))))).toEqual([]);
});

test('the bundle asks for no package that is not installed with Latchkey', () => {
  const { dependencies } = JSON.parse(read(join(root, 'package.json'))) as { dependencies: Record<string, string> };
  // What these packages load if it is there.
  const optional = ['@node-rs/xxhash', 'bufferutil', 'class-validator', 'pg-native', 'utf-8-validate'];
  const asked = files.flatMap((name) => [
    ...read(join(bundle, name)).matchAll(/(?:\bfrom |\bimport |\bimport\(|__require\()"([^".][^"]*)"/g),
  ]);
  const packages = asked
    .map(([, specifier = '']) => specifier)
    .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
    .map((specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
  expect(packages).toContain('libsql');
  expect([...new Set(packages)].filter((name) => !(name in dependencies) && !optional.includes(name))).toEqual([]);
});

test('the licences of the bundled packages are beside them, and all are permissive', () => {
  const entries = [...read(join(bundle, 'third-party-licenses.txt')).matchAll(/^=== (\S+) \S+ \((.*)\)\n\n(?=.)/gm)];
  const names = entries.map(([, name]) => name);
  expect(names).toEqual(expect.arrayContaining(['fastify', 'graphql', '@apollo/server', '@prisma/client', 'pino', 'redis', 'pg']));
  const permissive = ['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];
  expect(entries.filter(([, , licence = '']) => !permissive.includes(licence)).map(([line]) => line)).toEqual([]);
});

test('the compiled code is kept where nobody else can write, and nowhere else', async () => {
  const dataDir = makeFolder();
  for (const [mode, kept] of [
    [0o700, `compiled code is kept in ${dataDir}/compile-cache`],
    [0o755, `compiled code is kept in ${dataDir}/compile-cache`],
    [0o770, undefined],
    [0o707, undefined],
  ] as const) {
    chmodSync(dataDir, mode);
    const [told] = (await filesLoaded(dataDir)).filter((line) => line.startsWith('compiled code'));
    expect([mode, told]).toEqual([mode, kept]);
  }
});
