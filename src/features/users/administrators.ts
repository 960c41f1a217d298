/** The rule that there is always an administrator who can log in. */
import { ADMIN_ROLE } from '../../caller/roles.js';
import type { Transaction } from '../../database/database.js';
import type { UserFailure } from '../../lib/errors.js';

export const LAST_ADMINISTRATOR: UserFailure = {
  code: 'LAST_ADMINISTRATOR',
  message: 'This is the last administrator who can log in. Make another one first.',
};

/**
 * Call it in the transaction that removes the user or the role (R20). It writes first, so that of two administrators who remove
 * each other one waits; otherwise both could succeed.
 */
export async function isLastAdministrator(transaction: Transaction, userId: string): Promise<boolean> {
  await transaction.userRole.updateMany({ where: { role: ADMIN_ROLE }, data: { role: ADMIN_ROLE } });
  // Start from the roles: from the users, the database would read every one of them.
  const found = await transaction.userRole.findMany({
    where: { role: ADMIN_ROLE, user: { disabledAt: null } },
    select: { userId: true },
    take: 2,
  });
  return found.length === 1 && found[0]?.userId === userId;
}
