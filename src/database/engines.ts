/** Chooses the engine for DATABASE_URL; the code of the other engine is not loaded, which saves start time and memory. */
import type { Engine } from './engine.js';

export function isPostgresql(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

/**
 * @param poolSize the maximum number of pooled connections to PostgreSQL
 * @param schema the schema of PostgreSQL that holds the tables
 */
export async function engineFor(url: string, poolSize: number, schema?: string): Promise<Engine> {
  if (isPostgresql(url)) return (await import('./postgresql-engine.js')).PostgresqlEngine.at(url, poolSize, schema);
  return (await import('./sqlite-engine.js')).SqliteEngine.at(url);
}
