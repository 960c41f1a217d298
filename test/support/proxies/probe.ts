/** Before the tests of proxies: looks for NGINX and HAProxy; without one its tests are skipped with a message, or fail in CI. */
import { hasHaproxy, hasNginx } from './programs.js';

export default function setup(): void {
  const missing = [hasNginx ? [] : 'NGINX', hasHaproxy ? [] : 'HAProxy'].flat().join(' and ');
  if (missing === '') return;
  const told = `There is no ${missing} on this machine.`;
  if (process.env.CI) throw new Error(told);
  console.warn(`${told}\nThe tests that need it are skipped.`);
}
