/** `latchkey session list` */
import type { Command } from 'commander';
import type { Session } from '../features/sessions/sessions.js';
import { administer, type Json } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addSessionList(session: Command): void {
  session
    .command('list <user>')
    .description('list the live sessions of a user, named by id or email')
    .option(...JSON_OPTION)
    .action((user: string, options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listSessions', { user })).outcome,
        (sessions) => (sessions.length === 0 ? ['No live sessions.'] : toTable(sessions)),
      ),
    );
}

function toTable(sessions: readonly Json<Session>[]): string[] {
  return table(
    ['id', 'device', 'address', 'last used', 'expires'],
    sessions.map(({ id, deviceName, ipAddress, lastUsedAt, idleExpiresAt }) => [
      id,
      deviceName ?? '',
      ipAddress ?? '',
      lastUsedAt,
      idleExpiresAt,
    ]),
  );
}
