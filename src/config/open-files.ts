/** Finds files with secrets that other users of the machine can read. */
import { statSync } from 'node:fs';

/** A group may be meant: a container mounts secrets for one. Everybody else is not. */
const OTHERS = 0o007;

/** @returns false if there is no such file */
export function isOpenToOthers(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && (stats.mode & OTHERS) !== 0;
}
