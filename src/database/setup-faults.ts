/** Says what to do when a database can't be set up: rights that the role lacks, objects of another program, a full disk. */
import { LatchkeyError } from '../lib/errors.js';
import { DatabaseUnusable, databaseCodeOf, databaseMessageOf, isUnavailable } from './failures.js';

const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /permission denied|must be (?:owner|superuser)/i,
    'Give the role of DATABASE_URL a database that it owns: CREATE DATABASE latchkey OWNER <role>. Since PostgreSQL 15 other roles may create nothing in the schema public.',
  ],
  [
    /already exists|does not exist|is not a table|wrong object type|no such (?:table|column)/i,
    'Another program uses this database, or a part of ours is missing. Give Latchkey an empty one, or restore a backup.',
  ],
  [/disk is full|no space left|could not extend file/i, 'Make room on the disk, and start again.'],
  [/readonly database|read-only/i, 'Let the user of the server write the file and its folder, or use the address of the primary.'],
  [/not a database|malformed/i, 'The file is no SQLite database, or it is damaged. Restore a backup, or name another file.'],
  [/canceling statement|lock timeout|deadlock/i, 'Another session holds locks on the tables. End it, and start again.'],
];

const OTHER_ADVICE = 'Check DATABASE_URL, and the log of the database.';

/** Turns a failure of the database into one message without a trace of the engine. Anything else is a bug of ours, and stays as it is. */
export function setupFault(error: unknown): unknown {
  if (!isOfDatabase(error)) return error;
  const message = databaseMessageOf(error);
  const [, advice] = ADVICE.find(([pattern]) => pattern.test(message)) ?? [];
  return new DatabaseUnusable(`The database in DATABASE_URL can't be set up: ${message.replace(/[.\s]*$/, '.')}`, {
    advice: advice ?? OTHER_ADVICE,
  });
}

/** The migration engine throws errors of its own, whose first line is what the database has said. */
function isOfDatabase(error: unknown): boolean {
  if (error instanceof LatchkeyError || databaseCodeOf(error) !== null || isUnavailable(error)) return true;
  return error instanceof Error && /^SchemaConnectorError/.test(error.stack ?? error.name);
}
