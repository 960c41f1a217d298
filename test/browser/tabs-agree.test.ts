/** What the tabs of one browser say about a login and a logout: the same, whether the message or the storage reaches them first. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { openClientPages } from '../support/browser/client-pages.js';
import { startConsole } from '../support/browser/console.js';

/** Before the mend, one round in two failed. */
const { TAB_ROUNDS = '10' } = process.env;

const CREDENTIALS = JSON.stringify({ email: EMAIL, password: PASSWORD });

test.each([
  ['cookie', 2],
  ['cookie', 3],
  ['localStorage', 2],
  ['localStorage', 3],
] as const)(
  'tokens in %s, %i pages: all of them know of the login, and that the server has confirmed the logout',
  async (tokens, count) => {
    const app = await startConsole();
    const pages = await openClientPages(await app.openBrowser(), count, tokens);
    for (let round = 0; round < Number(TAB_ROUNDS); round += 1) {
      const actor = pages[round % count] as (typeof pages)[number];
      expect(await actor.run(`auth.login(${CREDENTIALS}).then(({ userErrors }) => userErrors)`)).toEqual([]);
      for (const page of pages) await page.untilState({ status: 'loggedIn' });
      expect(await actor.run('auth.logout()')).toMatchObject({ local: true, server: 'confirmed', endedSessions: 1 });
      for (const page of pages) await page.untilState({ status: 'loggedOut', pendingLogouts: 0 });
    }
  },
);
