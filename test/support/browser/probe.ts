/** Before the tests in a browser: whether there is one. Without it they are left out, aloud. */
import type { TestProject } from 'vitest/node';
import { chromiumPath, chromiumPlaces } from './chromium.js';

/** Vitest adds the name of the browser to that of a project. */
const IN_A_BROWSER = /^(client-)?browser\b/;

export default function setup({ vitest }: TestProject): void {
  if (chromiumPath !== undefined || !vitest.projects.some(({ name }) => IN_A_BROWSER.test(name))) return;
  const told = `There is no Chromium at ${chromiumPlaces} (CHROMIUM_PATH).`;
  if (process.env.CI) throw new Error(told);
  console.warn(`${told}\nThe tests in a browser are left out.`);
}
