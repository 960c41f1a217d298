/** The commands for sessions: list and revoke. */
import { z } from 'zod';
import { command } from '../../lib/command.js';
import { done, failed, type Outcome } from '../../lib/errors.js';
import { readState } from '../../revocation/blacklist.js';
import { COMMAND_LINE } from '../endings/actor.js';
import { notEnded } from '../endings/live-sessions.js';
import type { SessionEndings } from '../endings/session-endings.js';
import { findNamed, NO_SUCH_USER } from '../users/named-user.js';
import type { Users } from '../users/users.js';
import type { Session, Sessions } from './sessions.js';

interface Needs {
  readonly users: Users;
  readonly sessions: Sessions;
  readonly endings: SessionEndings;
}

export interface RevokedSession {
  readonly endedSessions: number;
  readonly revokedAccessTokens: number;
}

const NO_SUCH_SESSION = failed({ code: 'NOT_FOUND', message: 'There is no such live session. `latchkey session list` shows them.' });

export function sessionCommands({ users, sessions, endings }: Needs) {
  return {
    listSessions: command(z.strictObject({ user: z.string() }), async ({ user: name }): Promise<Outcome<Session[]>> => {
      const user = await findNamed(users, name);
      return user === null ? NO_SUCH_USER : done((await sessions.listLive(user.id)).map(toPublicSession));
    }),
    /** Ends a session, or only revokes its access tokens, so that the client must refresh. */
    revokeSession: command(
      z.strictObject({ session: z.string(), accessTokensOnly: z.boolean().optional() }),
      async ({ session: id, accessTokensOnly }): Promise<Outcome<RevokedSession>> => {
        const ending = { sessions: { id }, reason: 'REVOKED_BY_ADMIN', actor: COMMAND_LINE.id } as const;
        if (accessTokensOnly) {
          return endings.commit(async (steps) => {
            const live = notEnded(await readState(steps.transaction));
            if ((await steps.transaction.session.count({ where: { id, ...live } })) === 0) return NO_SUCH_SESSION;
            return done({ endedSessions: 0, revokedAccessTokens: await steps.revokeAccessTokens(ending) });
          });
        }
        const ended = await endings.end(ending);
        return ended.length === 0 ? NO_SUCH_SESSION : done({ endedSessions: ended.length, revokedAccessTokens: 0 });
      },
    ),
  };
}

/** Leaves out the hashes that the table also holds, because the command prints the rest. */
function toPublicSession({
  id,
  userId,
  deviceName,
  userAgent,
  ipAddress,
  createdAt,
  authenticatedAt,
  lastUsedAt,
  idleExpiresAt,
  expiresAt,
  endedAt,
}: Session): Session {
  return { id, userId, deviceName, userAgent, ipAddress, createdAt, authenticatedAt, lastUsedAt, idleExpiresAt, expiresAt, endedAt };
}
