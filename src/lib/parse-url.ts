/** Parses a URL that may be none. */

/**
 * Use it in place of `URL.canParse`, which Node 20 answers wrongly for letters outside ASCII once the engine has optimized the call.
 *
 * @returns null if the text is no URL (WHATWG URL Standard)
 */
export function parseUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
