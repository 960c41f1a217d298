/** Faults of settings that depend on each other are told together, and a secret is judged the same wherever it comes from. */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Environment, readConfig } from '../../src/config/config.js';
import { makeFolder } from '../support/app/start-app.js';

function faultsOf(settings: Environment): string {
  try {
    readConfig({ DATA_DIR: makeFolder(), ...settings });
    return 'none';
  } catch (error) {
    return String(error);
  }
}

const namesIn = (faults: string) => [...faults.matchAll(/\n {2}(\w+): found/g)].map(([, name]) => name);
const SECRET = 'bMz1WQxN0u0t8pQe7Kc5Rk2vYh3Jd6Lf';

test.for([
  [
    'a wrong database address, and all that PostgreSQL needs',
    { DATABASE_URL: 'postgresql://ada@db/latchkey?schema=other', REVOCATION_CHECK: 'memory' },
    ['DATABASE_URL', 'LATCHKEY_SECRET', 'REVOCATION_CHECK'],
  ],
  [
    'a wrong file, and a check that SQLite does not have',
    { DATABASE_URL: 'file:a.db?mode=rw', REVOCATION_CHECK: 'lease' },
    ['DATABASE_URL', 'REVOCATION_CHECK'],
  ],
  [
    'a wrong port, and a check without its Redis',
    { PORT: 'none', REVOCATION_CHECK: 'redis', ACCESS_TOKEN_TTL: '20d', REFRESH_TOKEN_TTL: '1d' },
    ['PORT', 'ACCESS_TOKEN_TTL', 'SESSION_IDLE_TTL', 'REDIS_URL'],
  ],
  ['a Redis whose address is wrong is not missing', { REVOCATION_CHECK: 'redis', REDIS_URL: 'http://redis' }, ['REDIS_URL']],
  ['an unknown database says nothing of the check', { DATABASE_URL: 'mysql://db/x', REVOCATION_CHECK: 'lease' }, ['DATABASE_URL']],
  ['a wrong life is not compared', { ACCESS_TOKEN_TTL: 'soon', SESSION_IDLE_TTL: '60s' }, ['ACCESS_TOKEN_TTL']],
  [
    'a mail server, its sender and its links',
    { SMTP_URL: 'http://mail', LOG_LEVEL: 'loud' },
    ['SMTP_URL', 'LOG_LEVEL', 'MAIL_FROM', 'APP_URL'],
  ],
  [
    'a folder that can not be, a weak secret and a wrong port',
    { DATA_DIR: '/dev/null/data', LATCHKEY_SECRET: 'short', PORT: 'x' },
    ['PORT', 'DATA_DIR', 'LATCHKEY_SECRET'],
  ],
] as const)('%s: all are told together', ([, settings, names]) => {
  expect(namesIn(faultsOf(settings))).toEqual(names);
});

/** The same text as a variable and as a file. */
function bothWays(text: string): readonly [string, string] {
  const file = join(makeFolder(), 'secret');
  writeFileSync(file, text);
  return [faultsOf({ LATCHKEY_SECRET: text }), faultsOf({ LATCHKEY_SECRET_FILE: file })];
}

const secretIn = (settings: Environment) => readConfig({ DATA_DIR: makeFolder(), ...settings }).secret.toString();

test.for([`${SECRET}\n`, `\ufeff${SECRET}\r\n`, `  ${SECRET}\t`, SECRET])('%j is the same secret in a variable and in a file', (text) => {
  const file = join(makeFolder(), 'secret');
  writeFileSync(file, text);
  expect([secretIn({ LATCHKEY_SECRET: text }), secretIn({ LATCHKEY_SECRET_FILE: file })]).toEqual([SECRET, SECRET]);
});

test.for([
  '0123456789abcdef0123456789abcdef',
  '0123456789abcdef'.repeat(4),
  'abcdefghijklmnopqrstuvwxyz0123456789',
  'a'.repeat(64),
  'correct horse '.repeat(3),
  ' '.repeat(40),
  'short',
  `${SECRET.slice(0, 16)}${' '.repeat(16)}`,
  `${SECRET}\n${SECRET}`,
  `${SECRET}\ufffd\ufffd`,
])('%j is refused in a variable and in a file, and not repeated', (text) => {
  for (const told of bothWays(text)) {
    expect(told).toMatch(/LATCHKEY_SECRET(_FILE)?: found \[masked, \d+ bytes[^\]]*\], expected at least 32 random bytes/);
    if (text.trim() !== '') expect(told).not.toContain(text.trim());
  }
});

test('a file of random bytes is refused: most of them would be lost', () => {
  const file = join(makeFolder(), 'secret');
  writeFileSync(file, Buffer.from(Array.from({ length: 64 }, (_, index) => 128 + index)));
  expect(faultsOf({ LATCHKEY_SECRET_FILE: file })).toContain('not all of them printable text');
});

test('secrets of the usual generators are taken', () => {
  for (let round = 0; round < 300; round += 1) {
    for (const text of [randomBytes(16).toString('hex'), randomBytes(24).toString('base64'), randomBytes(48).toString('base64')]) {
      expect(faultsOf({ LATCHKEY_SECRET: text })).toBe('none');
    }
  }
});

test.for(['a folder', 'a device', 'nothing'])('%s in place of a secret file is told', (kind) => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'a folder'));
  const path = kind === 'a device' ? '/dev/zero' : join(folder, kind);
  expect(faultsOf({ LATCHKEY_SECRET_FILE: path })).toMatch(/LATCHKEY_SECRET_FILE: found ".*", expected a file that can be read/);
});

test('a DATA_DIR that is a file, or lies below one, is told and left alone', () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'file'), 'x');
  chmodSync(join(folder, 'file'), 0o600);
  for (const path of [join(folder, 'file'), join(folder, 'file', 'data'), join(folder, 'x'.repeat(300))]) {
    expect(faultsOf({ DATA_DIR: path, LATCHKEY_SECRET: SECRET })).toContain('DATA_DIR: found');
  }
});
