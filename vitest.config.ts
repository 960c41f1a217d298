/** How the tests run. `npm test` sets TEST_PART to `quick`, `npm run test:rest` to `rest`, which adds the other modes of the check and the other database. */
import { accessSync, constants, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { ProjectOrder } from './test/project-order.js';
import { again, graphqlAlias, quick, rest, SETUP_OF_BROWSERS } from './test/projects.js';

/** Each test has its databases in its own folder, and every commit waits for the disk. A folder in memory avoids that wait. */
const MEMORY = '/dev/shm';
if (process.env.TMPDIR === undefined && hasRoom(MEMORY)) process.env.TMPDIR = MEMORY;

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    // A container may have only 64 MB of shared memory, too little for a browser and its profile.
    return bavail * bsize > 1_000_000_000;
  } catch {
    return false;
  }
}

/** Without TEST_PART every file runs once, which suits daily work. */
const PARTS: Readonly<Record<string, readonly TestProjectInlineConfiguration[]>> = { quick, rest: [...rest, ...again] };
const { TEST_PART } = process.env;
const projects = TEST_PART === undefined ? [...quick, ...rest] : PARTS[TEST_PART];
if (projects === undefined) throw new Error(`TEST_PART is ${Object.keys(PARTS).join(' or ')}`);

export default defineConfig({
  resolve: { alias: graphqlAlias },
  test: {
    // These run after the setups of the projects.
    globalSetup: TEST_PART === 'rest' ? SETUP_OF_BROWSERS : [],
    // By default Vitest reserves a core for itself, which would leave half of a two-core machine idle.
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: ProjectOrder },
    // The CI run takes its test counts from these reports.
    reporters: process.env.CI ? ['default', ['json', { outputFile: `reports/${process.env.TEST_REPORT ?? 'tests'}.json` }]] : ['default'],
    projects: [...projects],
  },
});
