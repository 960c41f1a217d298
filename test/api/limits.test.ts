/** The limits on refreshes, codes, mails and registrations survive a restart, and none lasts for ever. */
import { afterEach, expect, test, vi } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { mailSettings, makeUser } from '../support/mail/mail-app.js';
import { startMailServer } from '../support/mail/mail-server.js';
import { act, failureOf, mutate } from '../support/mutations/mutations.js';
import { guess, LIMITED, tally } from '../support/passwords/guessing.js';

afterEach(() => void vi.useRealTimers());

const NO_CODE = `lkc_${'A'.repeat(43)}`;
const NO_REFRESH_TOKEN = `lkr_${'A'.repeat(43)}`;
const NEW_PASSWORD = 'a quite different one';

interface Limit {
  readonly attempts: number;
  readonly windowSeconds: number;
  readonly outcome: string;
  attempt(app: TestApp, index: number): Promise<string>;
}

/** With ADDRESS_ATTEMPTS=4. */
const LIMITS: Record<string, Limit> = {
  'refreshing with unknown tokens': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'INVALID_REFRESH_TOKEN',
    attempt: (app) => act(app, 'refreshToken', { refreshToken: NO_REFRESH_TOKEN }),
  },
  'resetting a password with wrong codes': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'INVALID_CODE',
    attempt: (app) => act(app, 'resetPassword', { code: NO_CODE, newPassword: NEW_PASSWORD }),
  },
  'verifying an address with wrong codes': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'INVALID_CODE',
    attempt: (app) => act(app, 'verifyEmail', { code: NO_CODE }),
  },
  'changing an address with wrong codes': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'INVALID_CODE',
    attempt: (app) => act(app, 'confirmEmailChange', { code: NO_CODE }),
  },
  'confirming a registration with wrong codes': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'INVALID_CODE',
    attempt: (app) => act(app, 'confirmRegistration', { code: NO_CODE, password: PASSWORD }),
  },
  'codes, tokens and passwords that are wrong, together': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'wrong',
    attempt: async (app, index) => {
      const outcomes = [
        () => act(app, 'verifyEmail', { code: NO_CODE }),
        () => act(app, 'refreshToken', { refreshToken: NO_REFRESH_TOKEN }),
        () => guess(app, { email: `user-${index}@example.com` }),
      ];
      const outcome = await outcomes[index % 3]?.();
      return outcome === LIMITED ? LIMITED : 'wrong';
    },
  },
  'asking for resets of many users': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'ok',
    attempt: (app, index) => act(app, 'requestPasswordReset', { email: `user-${index}@example.com` }),
  },
  'registering many addresses': {
    attempts: 4,
    windowSeconds: 900,
    outcome: 'ok',
    attempt: (app, index) => act(app, 'register', { email: `user-${index}@example.com`, password: PASSWORD }),
  },
};

async function start(settings = {}): Promise<TestApp> {
  return startApp({ settings: { ...mailSettings(await startMailServer()), ADDRESS_ATTEMPTS: '4', ...settings } });
}

test.each(Object.entries(LIMITS))('%s: so many, also across a restart, then retryAfter says when again', async (_, limit) => {
  const { attempts, windowSeconds, outcome, attempt } = limit;
  const app = await start();
  await makeUser(app);
  const answers: string[] = [];
  for (let index = 0; index < attempts - 1; index += 1) answers.push(await attempt(app, index));
  const restarted = await app.restart();
  for (let index = attempts - 1; index < attempts + 3; index += 1) answers.push(await attempt(restarted, index));
  expect(answers).toEqual([...Array<string>(attempts).fill(outcome), LIMITED, LIMITED, LIMITED]);
  app.clock.advance(windowSeconds - 1);
  expect(await attempt(restarted, 90)).toBe(LIMITED);
  app.clock.advance(1);
  expect(await attempt(restarted, 91)).toBe(outcome);
});

test('mails to one address: five an hour, whatever they are asked for and from wherever, also across a restart', async () => {
  const app = await start({ ADDRESS_ATTEMPTS: '1000' });
  await makeUser(app);
  const reset = (on: TestApp) => act(on, 'requestPasswordReset', { email: EMAIL });
  const answers = [await reset(app), await reset(app), await act(app, 'register', { email: EMAIL.toUpperCase(), password: PASSWORD })];
  const restarted = await app.restart();
  for (let count = 0; count < 4; count += 1) answers.push(await reset(restarted));
  expect(answers).toEqual([...Array<string>(5).fill('ok'), LIMITED, LIMITED]);
  app.clock.advance(3_599);
  expect(await reset(restarted)).toBe(LIMITED);
  app.clock.advance(1);
  expect(await reset(restarted)).toBe('ok');
});

test('sixty refreshes of a session in a minute, one after another; it stays alive, and another session is not hindered', async () => {
  const app = await startApp();
  let { refreshToken } = await app.register();
  const other = await app.login();
  for (let count = 0; count < 60; count += 1) {
    const { tokens } = await app.refresh(refreshToken);
    if (tokens === null) throw new Error(`refresh ${count} failed`);
    refreshToken = tokens.refreshToken;
  }
  const refused = await mutate(app, 'refreshToken', { refreshToken }, 'accessToken');
  expect(failureOf(refused)).toBe(LIMITED);
  expect(refused.errors?.[0]?.extensions.retryAfter).toBe(60);
  expect((await app.refresh(other.refreshToken)).tokens).not.toBeNull();
  app.clock.advance(60);
  expect((await app.refresh(refreshToken)).tokens).not.toBeNull();
});

test('refreshes of a session that has ended: ten, counted against the session and not against the address', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  const answers: string[] = [];
  for (let count = 0; count < 15; count += 1) answers.push(await act(app, 'refreshToken', { refreshToken }));
  expect(tally(answers)).toEqual({ INVALID_REFRESH_TOKEN: 10, [LIMITED]: 5 });
  expect((await app.refresh((await app.login()).refreshToken)).tokens).not.toBeNull();
});

test('a refused attempt is a field error: the answer is a 200, and the other fields of the document are answered', async () => {
  const app = await start({ ADDRESS_ATTEMPTS: '1' });
  const answer = await app.send(
    `mutation { a: verifyEmail(input: { code: "${NO_CODE}" }) { userErrors { code } } b: verifyEmail(input: { code: "${NO_CODE}" }) { userErrors { code } } }`,
  );
  expect([answer.status, answer.data]).toEqual([200, { a: { userErrors: [{ code: 'INVALID_CODE' }] }, b: null }]);
  expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: LIMITED, retryAfter: expect.any(Number) } }]);
  expect(Number.isInteger(answer.errors?.[0]?.extensions.retryAfter)).toBe(true);
});
