/** The secret that encrypts everything sealed at rest. The operator gives it, or the server creates it once in DATA_DIR. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError, type ConfigFault } from './config-error.js';

const SECRET_EXPECTED = 'at least 32 random bytes, for example from: openssl rand -base64 48';

/** The secret that the operator gave, or undefined. Its faults are added to `faults`. */
export function findSecret(given: Readonly<Record<string, string | undefined>>, faults: ConfigFault[]): Buffer | undefined {
  if (given.LATCHKEY_SECRET !== undefined && given.LATCHKEY_SECRET_FILE !== undefined) {
    faults.push({ setting: 'LATCHKEY_SECRET_FILE', found: 'both', expected: 'LATCHKEY_SECRET or LATCHKEY_SECRET_FILE, not both' });
    return undefined;
  }
  const setting = given.LATCHKEY_SECRET_FILE === undefined ? 'LATCHKEY_SECRET' : 'LATCHKEY_SECRET_FILE';
  const text = given.LATCHKEY_SECRET_FILE === undefined ? given.LATCHKEY_SECRET : readText(given.LATCHKEY_SECRET_FILE);
  if (text === undefined && setting === 'LATCHKEY_SECRET') return undefined;
  if (text === undefined) {
    faults.push({ setting, found: JSON.stringify(given[setting]), expected: 'a file that can be read' });
    return undefined;
  }
  if (!isStrong(text)) faults.push({ setting, found: `[masked, ${Buffer.byteLength(text)} bytes]`, expected: SECRET_EXPECTED });
  return Buffer.from(text);
}

function isStrong(secret: string): boolean {
  return Buffer.byteLength(secret) >= 32 && new Set(secret).size >= 10;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
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
  const known = readText(path);
  if (known !== undefined) return keepSecret(known, path);
  try {
    mkdirSync(resolve(dataDir), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    writeFileSync(draft, randomBytes(48).toString('base64url'), { mode: 0o600, flush: true });
    linkIfAbsent(draft, path);
    rmSync(draft);
  } catch {
    throw new ConfigError([{ setting: 'DATA_DIR', found: JSON.stringify(dataDir), expected: 'a folder that can be written' }]);
  }
  return keepSecret(readText(path) ?? '', path);
}

function linkIfAbsent(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function keepSecret(text: string, path: string): Buffer {
  if (isStrong(text)) return Buffer.from(text);
  throw new ConfigError([
    { setting: 'DATA_DIR', found: `${path}, not a whole secret`, expected: 'the secret this server once made there, or no file' },
  ]);
}
