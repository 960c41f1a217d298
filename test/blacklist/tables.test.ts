/** The tables of a blacklist are those of the server, so that the same statements run on both. */
import Sqlite from 'libsql';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrations.js';
import { newFile, open } from '../support/blacklist/blacklists.js';

const SHARED = ['BlacklistedToken', 'Node', 'RevocationState'];

interface Column {
  readonly name: string;
  readonly type: string;
  readonly dflt_value: string | null;
}

function describe(url: string) {
  const file = new Sqlite(url.slice('file:'.length));
  try {
    const columns = (table: string) => file.prepare(`PRAGMA table_info("${table}")`).all() as Column[];
    const indexes = file.prepare(
      `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ('${SHARED.join("', '")}') ORDER BY name`,
    );
    return {
      columns: SHARED.map((table) =>
        columns(table)
          .map(({ name, type, dflt_value }) => `${table} ${name} ${type} ${dflt_value}`)
          .sort(),
      ),
      indexes: (indexes.all() as { name: string }[]).map(({ name }) => name),
    };
  } finally {
    file.close();
  }
}

test('the three tables of the log have the columns and indexes that the migrations of the server lead to', async () => {
  const [own, migrated] = [newFile(), newFile()];
  await (await open(own)).close();
  await migrate(migrated);
  expect(describe(own)).toEqual(describe(migrated));
});
