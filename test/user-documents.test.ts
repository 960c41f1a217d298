/** The pages for users are complete: the index lists every page, and the pages list every error code, command and option. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codesIn, commandsIn, enumValuesIn, linksIn, missingCommands, missingOptions, optionsIn } from './support/house/user-documents.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');
const pagesIn = (folder: string) =>
  existsSync(`${root}docs/${folder}`) ? readdirSync(`${root}docs/${folder}`).filter((name) => name.endsWith('.md')) : [];

test('docs/README.md links to every page of docs/ and docs/internals/', () => {
  const links = linksIn(read('docs/README.md'));
  const pages = [...pagesIn('').filter((name) => name !== 'README.md'), ...pagesIn('internals').map((name) => `internals/${name}`)];
  expect(pages.filter((page) => !links.includes(page))).toEqual([]);
});

test('docs/errors.md has every code and reason that a client can meet', () => {
  const told = codesIn(read('docs/errors.md'));
  const sources = ['src/lib/errors.ts', 'src/graphql/format-error.ts', 'src/http/refusals.ts'].flatMap((path) => codesIn(read(path), "'"));
  const codes = [
    ...enumValuesIn(read('schema.graphql'), 'UserErrorCode'),
    ...sources.filter((code) => code.includes('_') || code === 'FORBIDDEN'),
  ];
  expect(codes).toEqual(
    expect.arrayContaining(['EMAIL_TAKEN', 'TOKEN_REVOKED', 'LOGOUT_UNCONFIRMED', 'GRAPHQL_PARSE_FAILED', 'BAD_REQUEST']),
  );
  expect([...new Set(codes)].filter((code) => !told.includes(code) && !isOfLibraries(code))).toEqual([]);
});

/** Codes of Fastify and Node. The server translates them, so no client sees them. */
const isOfLibraries = (code: string) => /^(FST|HPE|ERR)_/.test(code) || code === 'ECONNRESET';

test('docs/commands.md has every command and every option', () => {
  const sources = readdirSync(`${root}src/cli`).map((name) => read(`src/cli/${name}`));
  const page = read('docs/commands.md');
  expect(sources.flatMap(commandsIn)).toEqual(expect.arrayContaining(['create', 'rotate', 'doctor']));
  expect(missingCommands(page, sources.flatMap(commandsIn))).toEqual([]);
  expect(sources.flatMap(optionsIn)).toContain('--access-tokens-only');
  expect(missingOptions(page, sources.flatMap(optionsIn))).toEqual([]);
});

test('a code, a command or a page that is left out is found', () => {
  expect(codesIn('| `A_B` | `C_D`, `EF` | c |')).toEqual(['A_B', 'C_D', 'EF']);
  expect(enumValuesIn('enum A {\n  """x Y"""\n  ONE\n  TWO\n}\nenum B { THREE }', 'A')).toEqual(['ONE', 'TWO']);
  expect(linksIn('[a](b.md), [c](d/e.md#f)')).toEqual(['b.md', 'd/e.md']);
  expect(missingCommands('| `user create <email>` |\n| `start` |', ['create', 'start', 'stop', 'user'])).toEqual(['stop']);
  expect(missingOptions('`a --all`, `--json <x>`, `--now-or-never`', ['--all', '--json', '--now'])).toEqual(['--now']);
  expect(commandsIn("x.command('create <email>')")).toEqual(['create']);
  expect(optionsIn("['--json', 'x'].option('--name <name>', y)")).toEqual(['--json', '--name']);
});
