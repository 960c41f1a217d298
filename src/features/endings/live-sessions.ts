/** Which sessions have not ended. A session ends by its own row, or together with all older ones by the row of the state (R17). */
import type { Prisma, Session as SessionRow } from '../../database/generated/client.js';
import type { RevocationState } from '../../revocation/blacklist.js';

/** The part of the state that ends sessions. */
export type AllEnded = Pick<RevocationState, 'sessionsSince' | 'allEndedAt'>;

/** The condition of a session that has not ended, expired or not. */
export function notEnded({ sessionsSince }: AllEnded): Prisma.SessionWhereInput {
  return { endedAt: null, generation: { gte: sessionsSince } };
}

/** The condition of a session that is live at an instant, in milliseconds since the epoch. */
export function liveAt(now: number, ended: AllEnded): Prisma.SessionWhereInput {
  return { ...notEnded(ended), idleExpiresAt: { gt: new Date(now) } };
}

/** The session with the instant of its end. After `revokeAllSessions` its row gets that instant only later. */
export function withEnd<Session extends Pick<SessionRow, 'generation' | 'endedAt'>>(session: Session, ended: AllEnded): Session {
  return session.endedAt === null && session.generation < ended.sessionsSince ? { ...session, endedAt: ended.allEndedAt } : session;
}
