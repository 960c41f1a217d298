/** The licences of every package in package-lock.json, whether it is published or only used to build and test. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

type Packages = Readonly<Record<string, Locked>>;

const PERMISSIVE = ['MIT', 'MIT-0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'Zlib'];

/** Other licences, each for packages that are used as they are, while building or testing, and are no part of what is published. */
const TOOLS: Readonly<Record<string, string>> = {
  argparse: 'Python-2.0',
  'axe-core': 'MPL-2.0',
  'caniuse-lite': 'CC-BY-4.0',
  elkjs: 'EPL-2.0',
  lightningcss: 'MPL-2.0',
};

/** Packages whose manifest names no licence in the field that the lock file reads. Each has the MIT licence in a file, or in an older field. */
const UNNAMED = ['busboy', 'passport-strategy', 'pause', 'seq-queue', 'streamsearch'];

/** Packages with a script at install. None of them compiles, and the server needs none of them to have run. */
const WITH_SCRIPT = ['@apollo/protobufjs', '@prisma/engines', 'prisma'];

const nameOf = (path: string) => path.split('node_modules/').at(-1) ?? path;
const toolOf = (name: string) => Object.keys(TOOLS).find((tool) => name === tool || name.startsWith(`${tool}-`));

/** Reads an expression of SPDX: of several with OR one must fit, of several with AND all must. */
function isPermissive(licence: string): boolean {
  const plain = licence.replace(/[()]/g, '');
  if (/ or /i.test(plain)) return plain.split(/ or /i).some(isPermissive);
  return plain.split(/ and /i).every((part) => PERMISSIVE.includes(part));
}

function faultsOf(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([path, { license, link }]) => {
    const name = nameOf(path);
    if (!path.includes('node_modules/') || link === true) return [];
    if (license === undefined) return UNNAMED.includes(name) ? [] : [`${name} names no licence`];
    const tool = toolOf(name);
    if (isPermissive(license) || (tool !== undefined && TOOLS[tool] === license)) return [];
    return [`${name}: ${license}`];
  });
}

const locked = (JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')) as { packages: Packages }).packages;

test('every package in the tree has a permissive licence, but for tools that are named here', () => {
  expect(Object.keys(locked).length).toBeGreaterThan(500);
  expect(faultsOf(locked)).toEqual([]);
});

test('no package of the tree runs a script at install, but for those that are named here', () => {
  const found = Object.entries(locked).filter(([, { hasInstallScript }]) => hasInstallScript);
  expect([...new Set(found.map(([path]) => nameOf(path)))].sort()).toEqual(WITH_SCRIPT);
});

test('another licence, none, and half of an expression are found', () => {
  const packages = {
    '': {},
    web: { version: '1.0.0' },
    'node_modules/a': { license: 'MIT' },
    'node_modules/b': { license: '(MIT OR EUPL-1.1+)' },
    'node_modules/c': { license: 'MIT and ISC' },
    'node_modules/own': { link: true },
    'node_modules/@apollo/federation-internals': { license: 'Elastic-2.0' },
    'node_modules/a/node_modules/d': { license: 'MIT AND GPL-3.0' },
    'node_modules/e': {},
    'node_modules/lightningcss-linux-x64-gnu': { license: 'MPL-2.0' },
    'node_modules/f': { license: 'MPL-2.0' },
  };
  expect(faultsOf(packages)).toEqual([
    '@apollo/federation-internals: Elastic-2.0',
    'd: MIT AND GPL-3.0',
    'e names no licence',
    'f: MPL-2.0',
  ]);
});
