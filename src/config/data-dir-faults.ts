/** Finds out whether DATA_DIR is a folder, or can be made one, without making it. */
import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigFault } from './config-error.js';

/** Whether an existing folder can be written is told with the lock, because a command may run beside the server as another user. */
export function dataDirFaults({ DATA_DIR }: { readonly DATA_DIR: string }): ConfigFault[] {
  const path = resolve(DATA_DIR);
  const nearest = nearestOf(path);
  const canBe = nearest !== null && isFolder(nearest) && (nearest === path || isWritable(nearest));
  return canBe ? [] : [{ setting: 'DATA_DIR', found: JSON.stringify(DATA_DIR), expected: 'a folder that can be written' }];
}

/** The path itself, or the nearest folder above it that exists. Null if the path can't exist. */
function nearestOf(path: string): string | null {
  try {
    if (statSync(path, { throwIfNoEntry: false }) !== undefined) return path;
  } catch {
    return null;
  }
  return dirname(path) === path ? null : nearestOf(dirname(path));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
