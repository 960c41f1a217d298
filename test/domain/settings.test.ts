/** A setting needs one row only: the parser, `Config` and the table of docs/settings.md follow it. */
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.js';
import { fillFrom, parserOf, settingsOf } from '../../src/config/rows.js';
import { type Others, setting } from '../../src/config/setting.js';
import { ROWS, SUBJECTS } from '../../src/config/settings.js';
import { documentedSettings, settingsTables } from '../../src/config/settings-table.js';
import { duration, wholeNumber } from '../../src/config/values.js';
import { makeFolder } from '../support/app/start-app.js';

const { port } = SUBJECTS.Address;
const LIFE = 'ACCESS_TOKEN_TTL';

/** The settings with another default and range in two rows. */
const changed = {
  ...SUBJECTS,
  Address: { ...SUBJECTS.Address, port: setting('PORT', wholeNumber(1_024, 50_000), '4100', port.meaning) },
  'Tokens, sessions and users': {
    ...SUBJECTS['Tokens, sessions and users'],
    accessTokenTtlSeconds: setting(LIFE, duration('1m', '2h'), '20m', 'Life.'),
  },
};
const changedRows = { ...ROWS, ...changed.Address, ...changed['Tokens, sessions and users'] };

test('a changed default or range changes its row of the table, and no other', () => {
  const [before, after] = [settingsTables().split('\n'), settingsTables(changed).split('\n')];
  expect(before).toContain(`| \`PORT\` | 0 to 65535 | \`4000\` | ${port.meaning} |`);
  const differences = after.filter((line, index) => line !== before[index]);
  expect(differences).toEqual([
    `| \`PORT\` | 1024 to 50000 | \`4100\` | ${port.meaning} |`,
    '| `ACCESS_TOKEN_TTL` | 1m to 2h | `20m` | Life. |',
  ]);
});

test('a changed default is what the parser takes, and what Config and the defaults that depend on it get', () => {
  const parsed = parserOf(changedRows).parse({});
  expect(parsed).toMatchObject({ PORT: 4_100, ACCESS_TOKEN_TTL: 1_200 });
  const config = fillFrom(changedRows, { ...parsed, secret: Buffer.from('') });
  expect(config).toMatchObject({ port: 4_100, accessTokenTtlSeconds: 1_200, appUrl: 'http://localhost:4100/account' });
});

test('a changed range is what the parser takes, and what a fault says', () => {
  const faultsOf = (given: Record<string, string>) =>
    parserOf(changedRows)
      .safeParse(given)
      .error?.issues.map(({ message }) => message);
  expect(faultsOf({ PORT: '1024', ACCESS_TOKEN_TTL: '2h' })).toBeUndefined();
  expect(faultsOf({ PORT: '80', ACCESS_TOKEN_TTL: '121m' })).toEqual([
    'a whole number from 1024 to 50000',
    'a duration like 90s, 15m, 12h or 30d, from 60s to 7200s',
  ]);
});

const defaults = settingsOf(ROWS).flatMap(({ name, fallback }) =>
  typeof fallback === 'string' && fallback !== '' ? [[name, fallback]] : [],
);

test('every default that the table prints as a value, given, is the same as none', () => {
  const folder = makeFolder();
  const read = (given: object) => readConfig({ DATA_DIR: folder, ...given });
  expect(defaults.length).toBeGreaterThan(20);
  for (const [name = '', fallback] of defaults) {
    expect(documentedSettings().find((row) => row.name === name)?.fallback).toBe(`\`${fallback}\``);
    if (name !== 'DATA_DIR') expect(read({ [name]: fallback }), name).toEqual(read({}));
  }
});

test('a default that depends on other settings is the one that the table prints', () => {
  const dataDir = makeFolder();
  const config = readConfig({ DATA_DIR: dataDir, PORT: '1', DOORBELL: 'off' });
  const told = (name: string) => documentedSettings().find((row) => row.name === name)?.fallback;
  expect(told('DATABASE_URL')).toBe('`file:<DATA_DIR>/latchkey.db`');
  expect(config.databaseUrl).toBe(`file:${join(resolve(dataDir), 'latchkey.db')}`);
  expect(told('APP_URL')).toBe('`http://localhost:<PORT>/account`');
  expect(config.appUrl).toBe('http://localhost:1/account');
  expect(told('LEASE')).toBe('`2s`, or `300ms` with `DOORBELL=off`');
  expect([readConfig({ DATA_DIR: dataDir }).leaseMs, config.leaseMs]).toEqual([2_000, 300]);
  expect(told('REVOCATION_CHECK')).toBe('`memory`, or `lease` with PostgreSQL');
  const others = { DATABASE_URL: 'postgresql://db/latchkey' } as Others;
  expect([config.revocationCheck, ROWS.revocationCheck.fill(null, others)]).toEqual(['memory', 'lease']);
});

test('a property of Config has the type of its row', () => {
  const config = readConfig({ DATA_DIR: makeFolder() });
  const algorithm: 'ES256' | 'RS256' = config.signingAlgorithm;
  // @ts-expect-error port is a number
  const wrong: string = config.port;
  // @ts-expect-error the configuration is read-only
  const write = () => (config.port = 1);
  expect([algorithm, wrong, typeof write]).toEqual(['ES256', 4_000, 'function']);
});

test('a setting that is given is not the default, whatever other settings say', () => {
  expect(() => readConfig({ DATA_DIR: makeFolder(), LEASE: '' })).not.toThrow();
  expect(readConfig({ DATA_DIR: makeFolder(), LEASE: '1s', DOORBELL: 'off', APP_URL: 'https://a.example.com/' })).toMatchObject({
    leaseMs: 1_000,
    appUrl: 'https://a.example.com',
  });
});

test('without introspection there is no explorer', () => {
  expect(readConfig({ DATA_DIR: makeFolder(), INTROSPECTION: 'off', EXPLORER: 'graphiql' }).explorer).toBe('off');
});
