/** Turns the environment into one checked, frozen `Config`. Only this file reads `process.env`. */
import { ConfigError, type ConfigFault } from './config-error.js';
import { findFaults, mailFaults } from './config-faults.js';
import { fillFrom, parserOf, settingsOf } from './rows.js';
import { findSecret, makeSecret } from './secret.js';
import type { ValuesOf } from './setting.js';
import { ROWS, type Rows } from './settings.js';

/** Every setting, checked. Durations are whole seconds unless the name says `Ms`. */
export type Config = ValuesOf<Rows>;

export type RevocationCheckMode = Config['revocationCheck'];
export type SigningAlgorithm = Config['signingAlgorithm'];
export type ExplorerChoice = Config['explorer'];
export type PwnedPasswordsSettings = Config['pwnedPasswords'];

const parser = parserOf(ROWS);

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads and checks all settings. If they are right but no secret is given, it creates the secret in DATA_DIR.
 *
 * @throws ConfigError with every fault; then it has created nothing
 */
export function readConfig(environment: Environment = process.env): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = parser.safeParse(given);
  const faults = parsed.success
    ? findFaults(parsed.data)
    : parsed.error.issues.map((issue) => faultOf(String(issue.path[0]), given, issue.message));
  faults.push(...mailFaults(given));
  const secret = findSecret(given, faults);
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(fillFrom(ROWS, { ...parsed.data, secret: secret ?? makeSecret(parsed.data.DATA_DIR) }));
}

function faultOf(name: string, given: Environment, expected: string): ConfigFault {
  const value = given[name];
  const hasPassword = settingsOf(ROWS).some((setting) => setting.name === name && setting.type.hasPassword);
  const found = value === undefined ? 'nothing' : JSON.stringify(hasPassword ? withoutPassword(value) : value);
  return { setting: name, found, expected };
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/, '//[masked]@').replace(/(password=)[^&]*/gi, '$1[masked]');
}
