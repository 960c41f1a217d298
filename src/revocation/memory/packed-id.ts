/** Packs 128-bit ids, which `freshId` writes as 22 characters of base64url, into four numbers, and rejects every other string. */

/** Four words of 32 bits. */
export type PackedId = Uint32Array;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const LENGTH = 22;
const ASCII = 128;
const DIGIT_BITS = 6;
const WORD_BITS = 32;
const NO_DIGIT = 255;

const digits = new Uint8Array(ASCII).fill(NO_DIGIT);
for (let digit = 0; digit < ALPHABET.length; digit += 1) digits[ALPHABET.charCodeAt(digit)] = digit;

export function createPackedId(): PackedId {
  return new Uint32Array(4);
}

/**
 * Writes the bits of the id into `packed`. Two different strings never give the same bits: of the several base64url spellings
 * of the same bits, it accepts only the one that `freshId` uses.
 *
 * @returns false if the string is not such an id; the content of `packed` is then undefined
 */
export function packId(id: string, packed: PackedId): boolean {
  if (id.length !== LENGTH) return false;
  let word = 0;
  let bits = 0;
  let held = 0;
  for (let index = 0; index < LENGTH; index += 1) {
    const code = id.charCodeAt(index);
    const digit = code < ASCII ? (digits[code] as number) : NO_DIGIT;
    if (digit === NO_DIGIT) return false;
    held += DIGIT_BITS;
    if (held < WORD_BITS) {
      bits = (bits << DIGIT_BITS) | digit;
      continue;
    }
    held -= WORD_BITS;
    packed[word] = (bits << (DIGIT_BITS - held)) | (digit >>> held);
    bits = digit & ((1 << held) - 1);
    word += 1;
  }
  // 22 characters hold 132 bits; the last four belong to no byte and must be zero.
  return bits === 0;
}

/** The id whose bits begin at `from`, as `freshId` writes it. */
export function unpackId(words: Uint32Array, from: number): string {
  const bytes = Buffer.alloc(16);
  for (let word = 0; word < 4; word += 1) bytes.writeUInt32BE(words[from + word] as number, word * 4);
  return bytes.toString('base64url');
}
