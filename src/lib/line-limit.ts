/** A limit on the lines of a GraphQL document. */

/**
 * The parser limits tokens, and no token is needed for a blank line. To report an error, graphql-js counts all lines before it, so 48,000
 * blank lines made each error cost milliseconds.
 */
export const MAX_LINES = 1_000;

export const TOO_MANY_LINES = `The document has more than ${MAX_LINES} lines.`;

const LINE_BREAK = /\r\n|\n|\r/g;

export function hasTooManyLines(document: string): boolean {
  LINE_BREAK.lastIndex = 0;
  for (let line = 1; line <= MAX_LINES; line += 1) if (!LINE_BREAK.test(document)) return false;
  return true;
}
