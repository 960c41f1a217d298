/** Turns the environment into one checked, frozen `Config`. Only this file reads `process.env`. */
import { join } from 'node:path';
import { ConfigError, type ConfigFault } from './config-error.js';
import { findFaults, mailFaults } from './config-faults.js';
import { dataDirFaults } from './data-dir-faults.js';
import { fillFrom, type Parsed, parserOf, settingsOf } from './rows.js';
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
  const given = givenIn(environment);
  const { settings, faults } = readSettings(given);
  faults.push(...mailFaults(given));
  const secret = findSecret(given, faults);
  if (settings === null || faults.length > 0) throw new ConfigError(faults);
  return Object.freeze(fillFrom(ROWS, { ...settings, secret: secret ?? makeSecret(settings.DATA_DIR) }));
}

/** The file that holds the secret, or null if LATCHKEY_SECRET does. */
export function findSecretFile(config: Pick<Config, 'dataDir'>, environment: Environment = process.env): string | null {
  const { LATCHKEY_SECRET, LATCHKEY_SECRET_FILE } = givenIn(environment);
  if (LATCHKEY_SECRET !== undefined) return null;
  return LATCHKEY_SECRET_FILE ?? join(config.dataDir, 'secret');
}

/** An empty variable counts as none. */
function givenIn(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

/** Settings that are wrong are told, and then left out, so that the faults among the others are told at the same time. */
function readSettings(given: Environment): { settings: Parsed<Rows> | null; faults: ConfigFault[] } {
  const parsed = parser.safeParse(given);
  if (parsed.success) return { settings: parsed.data, faults: [...findFaults(parsed.data), ...dataDirFaults(parsed.data)] };
  const faults = parsed.error.issues.map((issue) => faultOf(String(issue.path[0]), given, issue.message));
  const wrong = new Set(faults.map(({ setting }) => setting));
  const rest = parser.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))));
  // The kind of the database is known from its first word, however wrong the rest of the address is.
  const kind = /^(?:file|postgres(?:ql)?):/.test(given.DATABASE_URL ?? '') ? given.DATABASE_URL : undefined;
  const settings = wrong.has('DATABASE_URL') && kind !== undefined ? { ...rest, DATABASE_URL: kind } : rest;
  if (kind !== undefined) wrong.delete('DATABASE_URL');
  faults.push(...findFaults(settings, wrong));
  if (!wrong.has('DATA_DIR')) faults.push(...dataDirFaults(settings));
  return { settings: null, faults };
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
