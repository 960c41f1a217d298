/** `changePassword`: the user's other sessions end; this one continues with new tokens. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD, type Tokens } from '../support/app/requests.js';
import { startApp, type TestApp, type TestOptions } from '../support/app/start-app.js';
import { createPauses, makeDriverYield } from '../support/database/yielding-driver.js';
import { mutate, userErrorsOf } from '../support/mutations/mutations.js';

const NEW = 'a wholly new passphrase';
const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const SELECTION = 'accessToken refreshToken endedSessions session { id current } userErrors { code field }';
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 60);

const change = (app: TestApp, token: string, input: object = {}) =>
  mutate(app, 'changePassword', { currentPassword: PASSWORD, newPassword: NEW, ...input }, SELECTION, token);

const logIn = async (app: TestApp, password: string) =>
  userErrorsOf(await mutate(app, 'login', { email: EMAIL, password }, 'userErrors { code }'), 'login');

async function startWithTwo(options?: TestOptions): Promise<{ app: TestApp; own: Tokens; other: Tokens }> {
  const app = await startApp(options);
  return { app, own: await app.register(), other: await app.login() };
}

test('the other sessions end, the own one goes on with new tokens only [R3] [R18]', async () => {
  const { app, own, other } = await startWithTwo();
  const { data } = await change(app, own.accessToken);
  expect(data.changePassword).toMatchObject({ endedSessions: 1, session: { id: own.sid, current: true }, userErrors: [] });
  expect(await app.ask(data.changePassword.accessToken)).toBe('ok');
  expect([await app.ask(own.accessToken), await app.ask(other.accessToken)]).toEqual([REVOKED, REVOKED]);
  expect((await app.refresh(other.refreshToken)).tokens).toBe(null);
  expect((await app.refresh(own.refreshToken)).tokens).toBe(null);
  expect((await app.refresh(data.changePassword.refreshToken)).tokens).not.toBe(null);
  expect([await logIn(app, PASSWORD), await logIn(app, NEW)]).toEqual(['INVALID_CREDENTIALS', 'ok']);
});

test('a later field of the same operation is refused', async () => {
  const { app, own } = await startWithTwo();
  const { data, errors } = await app.send(
    `mutation($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken }
     again: changePassword(input: $input) { accessToken } }`,
    { variables: { input: { currentPassword: PASSWORD, newPassword: NEW } }, token: own.accessToken },
  );
  expect(data.changePassword.accessToken).toBeTruthy();
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
});

test('other sessions that are kept go on through their refresh tokens', async () => {
  const { app, own, other } = await startWithTwo();
  const { data } = await change(app, own.accessToken, { keepOtherSessions: true });
  expect(data.changePassword.endedSessions).toBe(0);
  expect(await app.ask(other.accessToken)).toBe(REVOKED);
  const { tokens } = await app.refresh(other.refreshToken);
  expect(await app.ask(tokens?.accessToken)).toBe('ok');
});

test('a wrong current password or a poor new one changes nothing', async () => {
  const { app, own, other } = await startWithTwo();
  expect(userErrorsOf(await change(app, own.accessToken, { currentPassword: 'wrong' }), 'changePassword')).toBe('INVALID_CREDENTIALS');
  expect(userErrorsOf(await change(app, own.accessToken, { newPassword: 'short' }), 'changePassword')).toBe('PASSWORD_TOO_SHORT');
  expect([await app.ask(own.accessToken), await app.ask(other.accessToken), await logIn(app, PASSWORD)]).toEqual(['ok', 'ok', 'ok']);
});

test('it holds after a restart', async () => {
  const { app, own, other } = await startWithTwo();
  const { data } = await change(app, own.accessToken);
  const again = await app.restart();
  expect(await again.ask(data.changePassword.accessToken)).toBe('ok');
  expect([await again.ask(own.accessToken), await again.ask(other.accessToken)]).toEqual([REVOKED, REVOKED]);
});

test('a login or a refresh that races it leaves nothing of the old password alive [R11] [R18]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const app = await startApp();
  await app.register();
  const delay = createPauses(24);
  let password = PASSWORD;
  let loggedIn = 0;
  let refreshed = 0;
  const openWith = async (text: string) => {
    const { data } = await mutate(app, 'login', { email: EMAIL, password: text }, 'accessToken refreshToken session { id }');
    return data.login.accessToken === null ? null : { ...data.login, sid: data.login.session.id };
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = await openWith(password);
    const other = await openWith(password);
    const next = `passphrase of round ${round}`;
    const [changed, raced, renewed] = await Promise.all([
      delay().then(() => change(app, own.accessToken, { currentPassword: password, newPassword: next })),
      delay().then(() => openWith(password)),
      delay().then(() => app.refresh(other.refreshToken)),
    ]);
    expect(userErrorsOf(changed, 'changePassword')).toBe('ok');
    for (const tokens of [own, other, raced, renewed.tokens]) {
      if (tokens === null) continue;
      expect(await app.ask(tokens.accessToken)).toBe(REVOKED);
      expect((await app.refresh(tokens.refreshToken)).tokens).toBe(null);
    }
    loggedIn += raced === null ? 0 : 1;
    refreshed += renewed.tokens === null ? 0 : 1;
    password = next;
  }
  expect([loggedIn > 0, refreshed > 0]).toEqual([true, true]);
});

test('of two changes at once one succeeds, and the session that lost is out', async () => {
  makeDriverYield();
  const { app, own, other } = await startWithTwo();
  const answers = await Promise.all([
    change(app, own.accessToken, { newPassword: `${NEW} one` }),
    change(app, other.accessToken, { newPassword: `${NEW} two` }),
  ]);
  const won = answers.filter(({ data }) => data?.changePassword?.accessToken);
  expect(won).toHaveLength(1);
  expect(await app.ask(won[0]?.data.changePassword.accessToken)).toBe('ok');
  expect([await logIn(app, `${NEW} one`), await logIn(app, `${NEW} two`)].sort()).toEqual(['INVALID_CREDENTIALS', 'ok']);
});
