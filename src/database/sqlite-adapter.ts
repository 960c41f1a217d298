/** The libsql driver, made safe for logout: every write transaction is durable, and none is left open. */
import { PrismaLibSql } from '@prisma/adapter-libsql';

type LibsqlClient = ReturnType<PrismaLibSql['createClient']>;
type LibsqlTransaction = Awaited<ReturnType<LibsqlClient['transaction']>>;

/** How long a statement waits for a lock of another process. It blocks the event loop for that time. */
const BUSY_TIMEOUT_MS = 250;

/** What every connection that writes must be set to, else a commit that was answered could be lost. */
const DURABLE = { synchronous: 2n, journal_mode: 'wal', foreign_keys: 1n } as const;

/** The file can't be opened, or what was opened is not the durable database of this server. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

export class DurableSqliteFactory extends PrismaLibSql {
  constructor(url: string) {
    super({ url: escaped(url), timeout: BUSY_TIMEOUT_MS, intMode: 'bigint' });
  }

  override createClient(config: Parameters<PrismaLibSql['createClient']>[0]): LibsqlClient {
    const client = this.#open(config);
    const begin = client.transaction.bind(client);
    // `write` takes the lock at once, so a lock held elsewhere is met before anything was done.
    client.transaction = async () => withCleanEnd(await begin('write'));
    return client;
  }

  #open(config: Parameters<PrismaLibSql['createClient']>[0]): LibsqlClient {
    try {
      return super.createClient(config);
    } catch (cause) {
      // The driver throws a bare Error, which nobody could tell from a mistake of ours.
      throw new DatabaseUnusable('The database file cannot be opened', { cause });
    }
  }
}

/** The driver reads the path as part of a URL: `?`, `#` and `%` in the name of a folder would change which file it opens. */
function escaped(url: string): string {
  const [scheme = '', ...path] = url.split(':');
  return `${scheme}:${path.join(':').split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * The driver opens a new connection for every transaction, so its settings are asserted on every one.
 * A COMMIT or ROLLBACK that fails would leave the connection inside the transaction, holding the lock.
 */
async function withCleanEnd(transaction: LibsqlTransaction): Promise<LibsqlTransaction> {
  const endings = { commit: transaction.commit.bind(transaction), rollback: transaction.rollback.bind(transaction) };
  const closing = (end: () => Promise<void>) => async () => {
    try {
      await end();
    } catch (error) {
      transaction.close();
      throw error;
    }
  };
  transaction.commit = closing(endings.commit);
  transaction.rollback = closing(endings.rollback);
  try {
    await assertDurable(transaction);
  } catch (error) {
    transaction.close();
    throw error;
  }
  return transaction;
}

async function assertDurable(transaction: LibsqlTransaction): Promise<void> {
  for (const [pragma, expected] of Object.entries(DURABLE)) {
    const { rows } = await transaction.execute(`PRAGMA ${pragma}`);
    const found = rows[0]?.[0];
    if (found !== expected) throw new DatabaseUnusable(`SQLite runs with ${pragma}=${String(found)}, expected ${String(expected)}`);
  }
}
