/** Before the tests in a browser: whether there is one. Without it they are left out, aloud. */
import { existsSync } from 'node:fs';
import type { TestProject } from 'vitest/node';

const USUAL = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

export default function setup({ vitest }: TestProject): void {
  if (!vitest.projects.some((project) => project.name === 'browser')) return;
  const { CHROMIUM_PATH } = process.env;
  const found = (CHROMIUM_PATH ? [CHROMIUM_PATH] : USUAL).find((path) => existsSync(path));
  if (found !== undefined) {
    process.env.TEST_CHROMIUM = found;
    return;
  }
  const told = `There is no Chromium at ${CHROMIUM_PATH ?? 'the usual places'} (CHROMIUM_PATH).`;
  if (process.env.CI) throw new Error(told);
  console.warn(`${told}\nThe tests in a browser are left out.`);
}
