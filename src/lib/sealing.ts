/**
 * Protects small secrets at rest: encrypted with AES-256-GCM (NIST SP 800-38D), or hashed with HMAC-SHA-256 (RFC 2104), under keys
 * derived with HKDF (RFC 5869).
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import type { Randomness } from './ambient.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The sealed text was made with another key or for another purpose, or someone changed it. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

/**
 * @param secret key material of full strength
 * @param purpose binds the text to its place: opening with another purpose fails
 * @returns base64url
 */
export function seal(text: string, secret: Buffer, purpose: string, randomness: Randomness): string {
  const nonce = randomness.bytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', deriveKey(secret, purpose), nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
}

/** @throws SealBroken */
export function openSealed(sealed: string, secret: Buffer, purpose: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  try {
    const decipher = createDecipheriv('aes-256-gcm', deriveKey(secret, purpose), bytes.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch {
    throw new SealBroken(`What was sealed for ${purpose} does not open`);
  }
}

/**
 * A hash for texts that are easy to guess, such as email addresses. Without the secret, an attacker who reads it can't test guesses.
 *
 * @returns base64url
 */
export function createKeyedHash(secret: Buffer, purpose: string): (text: string) => string {
  const key = deriveKey(secret, purpose);
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}

function deriveKey(secret: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `latchkey ${purpose}`, 32));
}
