/** `--limit`: how many rows a command lists. */
import { InvalidArgumentError } from 'commander';
import { MAX_LISTED } from '../features/administration/listing-commands.js';

export function parseLimit(text: string): number {
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LISTED) throw new InvalidArgumentError(`It is not a number from 1 to ${MAX_LISTED}.`);
  return limit;
}

/** The lines to print: the rows and a hint if there may be more, or the text `none`. */
export function linesOf(rows: readonly unknown[], limit: number, none: string, toLines: () => string[]): string[] {
  if (rows.length === 0) return [none];
  return rows.length < limit ? toLines() : [...toLines(), `These are the newest ${limit}; use a higher --limit to see older ones.`];
}
