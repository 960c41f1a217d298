/** Which database DATABASE_URL means. */
import type { Engine } from './engine.js';
import { PostgresqlEngine } from './postgresql-engine.js';
import { SqliteEngine } from './sqlite-engine.js';

export function isPostgresql(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

/** @param poolSize how many connections to PostgreSQL there may be */
export function engineFor(url: string, poolSize: number): Engine {
  return isPostgresql(url) ? PostgresqlEngine.at(url, poolSize) : SqliteEngine.at(url);
}
