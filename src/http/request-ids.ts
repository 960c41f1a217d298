/** Ids of requests, which find a log line: 12 characters of base64url, 72 random bits, drawn for many at a time. */

const BYTES = 9;
const DRAWN_TOGETHER = 256;

/** @param draw so many random bytes */
export function createRequestIds(draw: (count: number) => Buffer): () => string {
  let drawn: Buffer = Buffer.alloc(0);
  let used = 0;
  return () => {
    if (used === drawn.length) {
      drawn = draw(BYTES * DRAWN_TOGETHER);
      used = 0;
    }
    used += BYTES;
    return drawn.toString('base64url', used - BYTES, used);
  };
}
