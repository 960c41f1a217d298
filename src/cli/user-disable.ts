/** `latchkey user disable` */
import { type Command, InvalidArgumentError } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

/** As long as the running server takes it. */
const REASON_CHARACTERS = 500;

export function addUserDisable(user: Command): void {
  user
    .command('disable <user>')
    .description('forbid a user, named by id or email, to log in, and end all sessions at once')
    .option('--reason <text>', 'why, for the audit trail', fitReason)
    .option(...JSON_OPTION)
    .action((name: string, options: OutputOptions & { reason?: string }) =>
      report(
        options,
        async () =>
          (await administer('disableUser', { user: name, ...(options.reason === undefined ? {} : { reason: options.reason }) })).outcome,
        ({ user: disabled, endedSessions }) => [
          `Disabled ${disabled.email}. Sessions ended: ${endedSessions}. None of their tokens is accepted any more.`,
        ],
      ),
    );
}

function fitReason(text: string): string {
  if (text.length > REASON_CHARACTERS) throw new InvalidArgumentError(`It has more than ${REASON_CHARACTERS} characters.`);
  return text;
}
