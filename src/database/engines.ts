/** Which database DATABASE_URL means. What belongs to the other one is not loaded: it takes time at the start, and memory. */
import type { Engine } from './engine.js';

export function isPostgresql(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

/** @param poolSize how many connections to PostgreSQL there may be */
export async function engineFor(url: string, poolSize: number): Promise<Engine> {
  if (isPostgresql(url)) return (await import('./postgresql-engine.js')).PostgresqlEngine.at(url, poolSize);
  return (await import('./sqlite-engine.js')).SqliteEngine.at(url);
}
