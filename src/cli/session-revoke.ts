/** `latchkey session revoke` */
import type { Command } from 'commander';
import type { Outcome } from '../lib/errors.js';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report } from './output.js';
import { REASON_OPTION, type ReasonOption } from './reason.js';

type Options = OutputOptions & ReasonOption & { user?: string; all?: boolean; accessTokensOnly?: boolean };

export function addSessionRevoke(session: Command): void {
  session
    .command('revoke [session]')
    .description('end one session, all sessions of a user, or all sessions; when the command returns, their tokens are refused')
    .option('--user <user>', 'end every session of this user, named by id or email')
    .option('--all', 'end every session of all users')
    .option(...REASON_OPTION)
    .option('--access-tokens-only', 'revoke only the access tokens of the session; it continues at its next refresh')
    .option(...JSON_OPTION)
    .action((id: string | undefined, options: Options) => {
      if ([id, options.user, options.all].filter((target) => target !== undefined).length !== 1) {
        session.error('Name one session, or use --user, or --all.');
      }
      if (id !== undefined && options.reason !== undefined) session.error('Use --reason with --user or --all.');
      if (id === undefined && options.accessTokensOnly) session.error('Use --access-tokens-only with one session.');
      return report(
        options,
        () => revoke(id, options),
        ({ endedSessions, revokedAccessTokens }) => [
          `Sessions ended: ${endedSessions ?? 'more than 10,000'}. Access tokens revoked one by one: ${revokedAccessTokens}.`,
        ],
      );
    });
}

async function revoke(
  session: string | undefined,
  { user, accessTokensOnly, reason }: Options,
): Promise<Outcome<{ readonly endedSessions: number | null; readonly revokedAccessTokens: number }>> {
  if (session !== undefined)
    return (await administer('revokeSession', { session, ...(accessTokensOnly ? { accessTokensOnly } : {}) })).outcome;
  const why = reason === undefined ? {} : { reason };
  const { outcome } =
    user === undefined ? await administer('revokeAllSessions', why) : await administer('revokeUserSessions', { user, ...why });
  if (outcome.kind === 'failed') return outcome;
  return { kind: 'done', result: { endedSessions: outcome.result.endedSessions, revokedAccessTokens: 0 } } as const;
}
