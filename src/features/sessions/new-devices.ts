/** Tells a user by mail of a login from a device that was not seen before. */
import type { HotTransaction } from '../../database/database.js';
import type { Origin } from '../../lib/origin.js';
import type { AttemptLimits } from '../limits/attempt-limits.js';
import type { NewDevice } from '../mail/mail-texts.js';
import type { Notices } from '../mail/notices.js';
import type { UserWithSecrets } from '../users/users.js';
import { readDevices } from './session-statements.js';

/** How many of a user's newest stored sessions are compared. */
const COMPARED_SESSIONS = 200;

interface Needs {
  readonly notices: Notices;
  readonly limits: AttemptLimits;
}

export class NewDevices {
  constructor(private readonly needs: Needs) {}

  /**
   * Call it in the transaction that inserts the session, before the insert. The first login of a user is no news.
   *
   * @param isKnown whether an earlier session has the same User-Agent: nearly every login has one that was seen before
   */
  async notice(transaction: HotTransaction, user: UserWithSecrets, device: NewDevice, isKnown: boolean, origin: Origin): Promise<void> {
    if (user.lastLoginAt === null || isKnown || (await isUpdate(transaction, user.id, device))) return;
    if (await this.needs.limits.hasNewDeviceNoticeLeft(transaction, user.id))
      await this.needs.notices.newDevice(transaction, user.email, device, origin);
  }
}

/** Whether a device of the user's has only changed its version. */
async function isUpdate(transaction: HotTransaction, userId: string, { userAgent }: NewDevice): Promise<boolean> {
  const sessions = await transaction.run(readDevices(userId, COMPARED_SESSIONS));
  return sessions.some((session) => kindOf(session.userAgent) === kindOf(userAgent));
}

/** The User-Agent header without version numbers, so that an update does not make a new device. */
function kindOf(userAgent: string | null): string {
  return (userAgent ?? '').replace(/[\d.]+/g, '');
}
