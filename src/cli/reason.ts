/** The option `--reason`. */
import { InvalidArgumentError } from 'commander';

/** The limit of the server. */
const REASON_CHARACTERS = 500;

export const REASON_OPTION: [string, string, (text: string) => string] = ['--reason <text>', 'why, for the audit trail', fitReason];

export interface ReasonOption {
  readonly reason?: string;
}

function fitReason(text: string): string {
  if (text.length > REASON_CHARACTERS) throw new InvalidArgumentError(`It has more than ${REASON_CHARACTERS} characters.`);
  return text;
}
