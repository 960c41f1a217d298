/** A login from a device that was not seen before is told to the user. */
import type { Transaction } from '../../database/database.js';
import type { Origin } from '../../lib/origin.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { NewDevice } from '../mail/mail-texts.js';
import type { Notices } from '../mail/notices.js';
import type { UserWithSecrets } from '../users/users.js';

/** Of a user's stored sessions, the newest. */
const COMPARED_SESSIONS = 200;

interface Needs {
  readonly notices: Notices;
  readonly limits: AttemptLimits;
}

export class NewDevices {
  constructor(private readonly needs: Needs) {}

  /** Part of the transaction that inserts a session, before it does. The first session ever is no news. */
  async notice(transaction: Transaction, user: UserWithSecrets, device: NewDevice, origin: Origin): Promise<void> {
    if (user.lastLoginAt === null || (await isKnown(transaction, user.id, device))) return;
    if (await this.needs.limits.hasNewDeviceNoticeLeft(transaction, user.id))
      await this.needs.notices.newDevice(transaction, user.email, device, origin);
  }
}

/** Nearly every login comes from the very program of another one, and one row tells it. */
async function isKnown(transaction: Transaction, userId: string, { userAgent }: NewDevice): Promise<boolean> {
  if ((await transaction.session.findFirst({ where: { userId, userAgent }, select: { id: true } })) !== null) return true;
  const sessions = await transaction.session.findMany({
    where: { userId },
    orderBy: { createdAt: 'desc' },
    select: { userAgent: true },
    take: COMPARED_SESSIONS,
  });
  return sessions.some((session) => kindOf(session.userAgent) === kindOf(userAgent));
}

/** What stays of a User-Agent header when the program is updated. */
function kindOf(userAgent: string | null): string {
  return (userAgent ?? '').replace(/[\d.]+/g, '');
}
