/** Before the tests in a browser: whether there is one. Without it they are left out, aloud. */
import { chromiumPath, chromiumPlaces } from './chromium.js';

export default function setup(): void {
  if (chromiumPath !== undefined) return;
  const told = `There is no Chromium at ${chromiumPlaces} (CHROMIUM_PATH).`;
  if (process.env.CI) throw new Error(told);
  console.warn(`${told}\nThe tests in a browser are left out.`);
}
