/** How the tests run while one works on them: each file once. `vitest.all.config.ts` adds the other modes of the check and the other database. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { ProjectOrder } from './test/project-order.js';
import { once } from './test/projects.js';

/** Every test has databases in a folder of its own, and each commit waits for the disk. In memory that costs nothing. */
const MEMORY = '/dev/shm';
if (process.env.TMPDIR === undefined && hasRoom(MEMORY)) process.env.TMPDIR = MEMORY;

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    // A container may have 64 MB of it, too little for a browser and its profile.
    return bavail * bsize > 1_000_000_000;
  } catch {
    return false;
  }
}

export function configOf(projects: readonly TestProjectInlineConfiguration[]) {
  return defineConfig({
    test: {
      // Left alone, Vitest keeps a core for itself: of two, half would do nothing.
      maxWorkers: Math.max(2, availableParallelism()),
      sequence: { sequencer: ProjectOrder },
      // In CI the counts come from these reports.
      reporters: process.env.CI ? ['default', ['json', { outputFile: `reports/${process.env.TEST_REPORT ?? 'tests'}.json` }]] : ['default'],
      projects: [...projects],
    },
  });
}

export default configOf(once);
