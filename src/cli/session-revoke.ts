/** `latchkey session revoke` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';

type Options = OutputOptions & { accessTokensOnly?: boolean };

export function addSessionRevoke(session: Command): void {
  session
    .command('revoke <session>')
    .description('end a session: when the command returns, no token of it is accepted')
    .option('--access-tokens-only', 'kill its access tokens; the session goes on at the next refresh')
    .option(...JSON_OPTION)
    .action((id: string, options: Options) =>
      report(
        options,
        async () =>
          (await administer('revokeSession', { session: id, ...(options.accessTokensOnly ? { accessTokensOnly: true } : {}) })).outcome,
        ({ endedSessions, revokedAccessTokens }) => [
          `Sessions ended: ${endedSessions}. Access tokens revoked one by one: ${revokedAccessTokens}.`,
        ],
      ),
    );
}
