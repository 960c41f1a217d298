/** Before the browser tests: looks for a browser; without one the tests are skipped with a message, or fail in CI. */
import { chromiumPath, chromiumPlaces } from './chromium.js';

export default function setup(): void {
  if (chromiumPath !== undefined) return;
  const told = `There is no Chromium at ${chromiumPlaces} (CHROMIUM_PATH).`;
  if (process.env.CI) throw new Error(told);
  console.warn(`${told}\nThe browser tests are skipped.`);
}
