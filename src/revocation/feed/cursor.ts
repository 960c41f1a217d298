/** Writes the place where a page of the log ended as text, and reads it. A verifier that changes it harms nobody else. */
import type { LogPlace } from './renewal.js';

/** Longer than that of any id of ours. */
export const LONGEST_CURSOR = 1_024;

export function writeCursor({ version, id }: LogPlace): string {
  return Buffer.from(JSON.stringify([version, id])).toString('base64url');
}

/** @returns null for a text that no node has written */
export function readCursor(text: string): LogPlace | null {
  if (text.length > LONGEST_CURSOR || !/^[\w-]+$/.test(text)) return null;
  try {
    const [version, id, ...more] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    // PostgreSQL takes no text with U+0000.
    const isPlace = Number.isSafeInteger(version) && version >= 0 && typeof id === 'string' && !id.includes('\0') && id.isWellFormed();
    return isPlace && more.length === 0 ? { version, id } : null;
  } catch {
    return null;
  }
}
