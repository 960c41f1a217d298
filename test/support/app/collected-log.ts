/** A log at its most detailed level, kept in memory, so that a test can read everything that was ever written. */
import { pino } from 'pino';
import type { Log } from '../../../src/lib/log.js';

export interface CollectedLog {
  readonly log: Log;
  readonly lines: Record<string, unknown>[];
  /** The whole log, as it would be in the file. */
  text(): string;
}

export function collectLog(): CollectedLog {
  const texts: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    texts.push(line);
    lines.push(JSON.parse(line));
  };
  return { log: pino({ level: 'trace' }, { write }), lines, text: () => texts.join('') };
}
