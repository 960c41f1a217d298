/** The output of a command: lines for people, JSON for scripts, failures on standard error, and the exit code. */

import { describeFault } from '../lib/describe-fault.js';
import { LatchkeyError, type Outcome, type UserFailure } from '../lib/errors.js';
import { ServerFailed } from './administer.js';
import { EXIT_CODES } from './exit-codes.js';
import { toTerminalJson, toTerminalText } from './terminal-text.js';

export interface OutputOptions {
  readonly json?: boolean;
}

export const JSON_OPTION = ['--json', 'print JSON, for scripts'] as const;

/** Runs a command and prints its result. Every failure becomes a message and an exit code. */
export async function report<Result>(
  options: OutputOptions,
  run: () => Promise<Outcome<Result>>,
  toLines: (result: Result) => string[],
): Promise<void> {
  try {
    const outcome = await run();
    if (outcome.kind === 'failed') return fail(options, outcome.failures, exitCodeOf(outcome.failures));
    if (options.json) console.log(toTerminalJson(JSON.stringify(outcome.result, null, 2)));
    else for (const line of toLines(outcome.result)) console.log(toTerminalText(line));
  } catch (error) {
    const code =
      error instanceof ServerFailed || error instanceof LatchkeyError ? error.code : error instanceof Error ? error.name : 'Error';
    fail(options, [{ code, message: describeFault(error) }], isUnavailable(error) ? EXIT_CODES.unavailable : EXIT_CODES.failed);
  }
}

function fail({ json }: OutputOptions, failures: readonly (Pick<UserFailure, 'message'> & { code: string })[], exitCode: number): void {
  if (json) console.error(toTerminalJson(JSON.stringify({ failures })));
  // A message may have several lines.
  else for (const line of failures.flatMap(({ message }) => message.split('\n'))) console.error(toTerminalText(line));
  process.exitCode = exitCode;
}

function exitCodeOf(failures: readonly UserFailure[]): number {
  return failures.some((failure) => failure.code === 'NOT_FOUND') ? EXIT_CODES.notFound : EXIT_CODES.failed;
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof ServerFailed) return error.code !== 'COMMAND_FAILED';
  return error instanceof LatchkeyError || (error instanceof Error && ['DataDirLocked', 'DatabaseUnusable'].includes(error.name));
}

/** Rows under headings, padded to columns. */
export function table(headings: readonly string[], cells: readonly (readonly string[])[]): string[] {
  const rows = cells.map((row) => row.map(toTerminalText));
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [headings, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
