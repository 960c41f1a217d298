/**
 * Signs the messages between nodes with a MAC (HMAC-SHA-256, 128 bits). Any role that can connect to the database can send NOTIFY, so a
 * node ignores a message that was not signed with the secret of the nodes (R24).
 */
import { timingSafeEqual } from 'node:crypto';
import { createKeyedHash } from '../../lib/sealing.js';

/** Raise the number whenever the form of any message changes: nodes of another version then ignore it. */
const PURPOSE = 'message between nodes 1';

const MAC_BYTES = 16;
/** As base64url, with the space behind it. */
const MAC_LENGTH = Math.ceil((MAC_BYTES * 4) / 3) + 1;
/** NOTIFY carries less than 8,000 bytes. */
const MOST_BYTES = 7_500;

/** How many bytes the text of a message may have. */
export const MOST_TEXT_BYTES = MOST_BYTES - MAC_LENGTH;

export class SignedMessages {
  readonly #hash: (text: string) => string;

  /** @param secret the same on every node */
  constructor(secret: Buffer) {
    this.#hash = createKeyedHash(secret, PURPOSE);
  }

  sign(text: string): string {
    return `${this.#macOf(text).toString('base64url')} ${text}`;
  }

  /** @returns the text; null if no node has signed it */
  read(message: string): string | null {
    const given = Buffer.from(message.slice(0, MAC_LENGTH - 1), 'base64url');
    const text = message.slice(MAC_LENGTH);
    return given.length === MAC_BYTES && timingSafeEqual(given, this.#macOf(text)) ? text : null;
  }

  #macOf(text: string): Buffer {
    return Buffer.from(this.#hash(text), 'base64url').subarray(0, MAC_BYTES);
  }
}
