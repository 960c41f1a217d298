/** Ids of requests, which find a log line: 12 characters of base64url, 72 random bits, drawn for many at a time. */

const BYTES = 9;
const CHARACTERS = 12;
const DRAWN_TOGETHER = 256;

/** @param draw so many random bytes */
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
