/** Request ids, by which an operator finds the log lines of a request: 12 characters of base64url (72 bits), drawn for 256 ids at once. */

const BYTES = 9;
const CHARACTERS = 12;
const DRAWN_TOGETHER = 256;

/** @param draw returns `count` random bytes */
export function createRequestIds(draw: (count: number) => Buffer): () => string {
  let drawn = '';
  let used = 0;
  return () => {
    if (used === drawn.length) {
      drawn = draw(BYTES * DRAWN_TOGETHER).toString('base64url');
      used = 0;
    }
    used += CHARACTERS;
    return drawn.slice(used - CHARACTERS, used);
  };
}
