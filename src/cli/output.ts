/** What a command prints: lines for people, JSON for scripts, failures on standard error, and the exit code. */
import { LatchkeyError, type Outcome, type UserFailure } from '../errors.js';
import { describeFault } from '../main.js';
import { ServerFailed } from './administer.js';
import { EXIT_CODES } from './exit-codes.js';

export interface OutputOptions {
  readonly json?: boolean;
}

export const JSON_OPTION = ['--json', 'print JSON, for scripts'] as const;

/** Runs a command to its end; whatever goes wrong becomes a message and an exit code. */
export async function report<Result>(
  options: OutputOptions,
  run: () => Promise<Outcome<Result>>,
  toLines: (result: Result) => string[],
): Promise<void> {
  try {
    const outcome = await run();
    if (outcome.kind === 'failed') return fail(options, outcome.failures, exitCodeOf(outcome.failures));
    if (options.json) console.log(JSON.stringify(outcome.result, null, 2));
    else for (const line of toLines(outcome.result)) console.log(line);
  } catch (error) {
    const code =
      error instanceof ServerFailed || error instanceof LatchkeyError ? error.code : error instanceof Error ? error.name : 'Error';
    fail(options, [{ code, message: describeFault(error) }], isUnavailable(error) ? EXIT_CODES.unavailable : EXIT_CODES.failed);
  }
}

function fail({ json }: OutputOptions, failures: readonly (Pick<UserFailure, 'message'> & { code: string })[], exitCode: number): void {
  if (json) console.error(JSON.stringify({ failures }));
  else for (const { message } of failures) console.error(message);
  process.exitCode = exitCode;
}

function exitCodeOf(failures: readonly UserFailure[]): number {
  return failures.some((failure) => failure.code === 'NOT_FOUND') ? EXIT_CODES.notFound : EXIT_CODES.failed;
}

function isUnavailable(error: unknown): boolean {
  if (error instanceof ServerFailed) return error.code !== 'COMMAND_FAILED';
  return error instanceof LatchkeyError || (error instanceof Error && error.name === 'DataDirLocked');
}

/** Rows under headings, padded to columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = headings.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [headings, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
