/** Lets Node keep the compiled code of the server, so that later starts do not compile it again. */
import { statSync } from 'node:fs';
import nodeModule from 'node:module';
import { join } from 'node:path';

/** Group and others may not write. */
const WRITE_BY_OTHERS = 0o022;

/** Node has it since 22.8. */
interface WithCompileCache {
  enableCompileCache?(folder: string): unknown;
}

/**
 * Node runs what it finds in the cache without comparing it with the source, so whoever can write there owns the process. Node's default is
 * a folder that all users share. Only a folder of this user that nobody else can write is taken; else every start compiles.
 *
 * Windows tells no owner, and keeps no cache.
 */
export function keepCompiledCode(dataDir: string): void {
  const stats = statSync(dataDir, { throwIfNoEntry: false });
  if (stats === undefined || stats.uid !== process.geteuid?.() || (stats.mode & WRITE_BY_OTHERS) !== 0) return;
  (nodeModule as WithCompileCache).enableCompileCache?.(join(dataDir, 'compile-cache'));
}
