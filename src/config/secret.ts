/** The secret that encrypts everything sealed at rest. The operator gives it, or the server creates it once in DATA_DIR. */
import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolder } from '../lib/make-folder.js';
import { ConfigError, type ConfigFault } from './config-error.js';
import { readSecretFile, SECRET_EXPECTED, secretFault, secretOf } from './secret-text.js';

/** The secret that the operator gave, or undefined. Its faults are added to `faults`. */
export function findSecret(given: Readonly<Record<string, string | undefined>>, faults: ConfigFault[]): Buffer | undefined {
  const { LATCHKEY_SECRET, LATCHKEY_SECRET_FILE } = given;
  if (LATCHKEY_SECRET !== undefined && LATCHKEY_SECRET_FILE !== undefined) {
    faults.push({ setting: 'LATCHKEY_SECRET_FILE', found: 'both', expected: 'LATCHKEY_SECRET or LATCHKEY_SECRET_FILE, not both' });
    return undefined;
  }
  if (LATCHKEY_SECRET_FILE === undefined)
    return LATCHKEY_SECRET === undefined ? undefined : judged('LATCHKEY_SECRET', secretOf(LATCHKEY_SECRET), faults);
  const text = readSecretFile(LATCHKEY_SECRET_FILE);
  if (text !== undefined) return judged('LATCHKEY_SECRET_FILE', text, faults);
  faults.push({ setting: 'LATCHKEY_SECRET_FILE', found: JSON.stringify(LATCHKEY_SECRET_FILE), expected: 'a file that can be read' });
  return undefined;
}

function judged(setting: string, secret: string, faults: ConfigFault[]): Buffer {
  const found = secretFault(secret);
  if (found !== null) faults.push({ setting, found, expected: SECRET_EXPECTED });
  return Buffer.from(secret);
}

/**
 * Returns the secret in DATA_DIR, and creates it if it is missing.
 *
 * `link` makes the file appear whole or not at all. If two processes start for the first time at once, one writes it and both read it.
 *
 * @throws ConfigError
 */
export function makeSecret(dataDir: string): Buffer {
  const path = join(resolve(dataDir), 'secret');
  const known = readSecretFile(path);
  if (known !== undefined) return keepSecret(known, path);
  try {
    makeFolder(resolve(dataDir));
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
    linkIfAbsent(draft, path);
    rmSync(draft);
  } catch {
    throw new ConfigError([{ setting: 'DATA_DIR', found: JSON.stringify(dataDir), expected: 'a folder that can be written' }]);
  }
  return keepSecret(readSecretFile(path) ?? '', path);
}

function linkIfAbsent(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function keepSecret(text: string, path: string): Buffer {
  if (secretFault(text) === null) return Buffer.from(text);
  throw new ConfigError([
    { setting: 'DATA_DIR', found: `${path}, not a whole secret`, expected: 'the secret this server once made there, or no file' },
  ]);
}
