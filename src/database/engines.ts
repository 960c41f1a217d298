/** Chooses the engine for DATABASE_URL; the code of the other engine is not loaded, which saves start time and memory. */
import type { Engine } from './engine.js';

export function isPostgresql(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

/** @param poolSize the maximum number of pooled connections to PostgreSQL */
export async function engineFor(url: string, poolSize: number): Promise<Engine> {
  if (isPostgresql(url)) return (await import('./postgresql-engine.js')).PostgresqlEngine.at(url, poolSize);
  return (await import('./sqlite-engine.js')).SqliteEngine.at(url);
}
