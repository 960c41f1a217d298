/** Lists all users for administrators, newest first, in pages, with a search over email and name. */
import type { Database, Transaction } from '../../database/database.js';
import { Prisma } from '../../database/generated/client.js';
import { LONG_READ } from '../../database/long-read.js';
import { LatchkeyError } from '../../lib/errors.js';
import { cutPage, isAfter, newestFirst, type Page, type PageRequest } from '../../lib/pages.js';
import { isSearchable, MAX_SEARCH_CHARACTERS, searchTermOf } from '../../lib/text-rules.js';
import { toUser, USER_SECRETS, type User } from '../users/users.js';

export class UserDirectory {
  constructor(private readonly database: Database) {}

  /**
   * @param search text that the email or name contains, in any case; null or empty for all users
   * @throws LatchkeyError BAD_USER_INPUT if the text is longer than any email
   */
  async list(search: string | null, request: PageRequest): Promise<Page<User>> {
    const text = search ?? '';
    if (text.length > MAX_SEARCH_CHARACTERS) throw LatchkeyError.badInput(`Search for at most ${MAX_SEARCH_CHARACTERS} characters.`);
    if (!isSearchable(text)) return { rows: [], hasNext: false };
    const ids = text === '' ? null : await this.database.readLong((client) => findIds(client, text, request));
    const rows = await this.database.read((client) =>
      client.user.findMany({
        where: ids === null ? isAfter('createdAt', request.after) : { id: { in: ids } },
        include: { roles: true },
        omit: USER_SECRETS,
        orderBy: newestFirst('createdAt'),
        take: request.limit + 1,
      }),
    );
    return cutPage(rows.map(toUser), request);
  }
}

/** Plain SQL, because Prisma's `contains` treats `%` and `_` in the text as wildcards and offers no way to escape them. */
async function findIds(client: Transaction, text: string, { limit, after }: PageRequest): Promise<string[]> {
  const pattern = `%${searchTermOf(text).replace(/[\\%_]/g, '\\$&')}%`;
  const behind =
    after === null ? Prisma.empty : Prisma.sql`AND "createdAt" <= ${after.at} AND ("createdAt" < ${after.at} OR "id" < ${after.id})`;
  const found = await client.$queryRaw<{ id: string }[]>`${LONG_READ}
    SELECT "id" FROM "User" WHERE "searchKey" LIKE ${pattern} ESCAPE '\\' ${behind} ORDER BY "createdAt" DESC, "id" DESC LIMIT ${limit + 1}`;
  return found.map(({ id }) => id);
}
