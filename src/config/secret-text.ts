/** Reads a secret the same way from a variable and from a file, and judges whether it can be guessed. */
import { readFileSync, statSync } from 'node:fs';

export const SECRET_EXPECTED = 'at least 32 random bytes, for example from: openssl rand -base64 48';

/** Far longer than any secret: a device or a wrong file must not fill the memory. */
const LONGEST_FILE_BYTES = 65_536;

/** @returns undefined if there is no file, or it can't be read, or is none */
export function readSecretFile(path: string): string | undefined {
  try {
    const file = statSync(path);
    if (file.isDirectory() || file.isCharacterDevice() || file.size > LONGEST_FILE_BYTES) return undefined;
    // Bytes that are no text become U+FFFD here, as they do in a variable.
    return secretOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Editors and shells put a line break behind a secret, and some a mark before it. Neither is meant. */
export function secretOf(text: string): string {
  return text.trim();
}

/** What is wrong with a secret, or null. */
export function secretFault(secret: string): string | null {
  const size = `${Buffer.byteLength(secret)} bytes`;
  // Bytes that are no text are lost on the way, so that a secret of random bytes would be much weaker than it looks.
  if (/[\p{Cc}\ufffd]/u.test(secret)) return `[masked, ${size}, not all of them printable text]`;
  if (Buffer.byteLength(secret) < 32) return `[masked, ${size}]`;
  return isVaried(secret) ? null : `[masked, ${size}, but easy to guess: few characters, a repetition or a sequence]`;
}

/** A text of 32 random characters has about 30 different pairs of neighbours, even in hexadecimal. */
const FEWEST_PAIRS = 20;
const FEWEST_CHARACTERS = 10;

function isVaried(secret: string): boolean {
  const codes = [...Buffer.from(secret)];
  const pairs = codes.slice(1).map((code, index) => ({ from: codes[index] ?? 0, to: code }));
  const sequential = pairs.filter(({ from, to }) => Math.abs(to - from) <= 1).length;
  const different = new Set(pairs.map(({ from, to }) => from * 256 + to)).size;
  return new Set(secret).size >= FEWEST_CHARACTERS && different >= FEWEST_PAIRS && sequential * 3 < pairs.length * 2;
}
