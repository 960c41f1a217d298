/** A revoked token, with its session or alone: every transport tells the two apart, and never says more than the server knows. */
import { expect, test } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { logOut, mutate } from '../support/mutations/mutations.js';
import { startListening, TICK, untilListeners } from '../support/resolvers/ticks.js';
import { openStream } from '../support/sockets/event-streams.js';
import { connect, openSocket } from '../support/sockets/sockets.js';

const changeRoles = ({ app }: TestApp, roles = ['EDITOR']) => app.administration.setUserRoles({ user: EMAIL, roles });
const endSession = ({ app }: TestApp) => app.administration.revokeUserSessions({ user: EMAIL });

const ENDED = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: true };
const CONTINUES = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED', sessionEnded: false };

/** The first error of the answer. */
async function errorOf(app: TestApp, token: string) {
  const { errors } = await app.send('{ me { id } }', { token });
  return { message: errors?.[0]?.message, extensions: errors?.[0]?.extensions };
}

/** How the server closes a socket that is opened with the token. */
async function closeOf(address: string, token: string): Promise<string> {
  const socket = await openSocket(address);
  socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
  return socket.closed;
}

test('the answer to a revoked token says whether its session has ended, and the message what to do [R31]', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  await changeRoles(app);
  expect(await errorOf(app, accessToken)).toEqual({
    message: 'The access token has been revoked, but its session continues. Refresh the token.',
    extensions: CONTINUES,
  });
  const { tokens } = await app.refresh(refreshToken);
  expect(await app.ask(tokens?.accessToken)).toBe('ok');
  await endSession(app);
  const over = { message: 'The access token has been revoked. Log in again.', extensions: ENDED };
  expect(await errorOf(app, tokens?.accessToken ?? '')).toEqual(over);
  // The first token was revoked before its session: what counts is the session.
  expect(await errorOf(app, accessToken)).toEqual(over);
});

test('when everybody is logged out every session has ended, whatever revoked its token before [R17] [R31]', async () => {
  const app = await startApp();
  const { accessToken, refreshToken } = await app.register();
  await changeRoles(app);
  const { tokens } = await app.refresh(refreshToken);
  await app.app.administration.revokeAllSessions({});
  for (const token of [accessToken, tokens?.accessToken ?? '']) expect((await errorOf(app, token)).extensions).toEqual(ENDED);
  await app.app.administration.revokeAllSessions({});
  expect((await errorOf(app, accessToken)).extensions).toEqual(ENDED);
});

test('a token whose row was pruned has expired, and the answer claims nothing of its session [R7] [R31]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  await logOut(app, { token: accessToken });
  app.clock.advance(900 + 180);
  await app.app.administration.prune();
  app.clock.advance(-1000);
  expect((await errorOf(app, accessToken)).extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
});

test('no other reason says anything of a session [R31]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  expect((await errorOf(app, 'nonsense')).extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' });
  app.clock.advance(16 * 60);
  expect((await errorOf(app, accessToken)).extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_EXPIRED' });
});

test('a logout of all with a revoked token is refused with the same distinction [R13] [R31]', async () => {
  const app = await startApp();
  const { accessToken, sid } = await app.register();
  const refusal = async () => {
    const { errors } = await mutate(app, 'logout', { scope: 'ALL' }, 'endedSessions', accessToken);
    return errors?.[0]?.extensions;
  };
  await changeRoles(app);
  expect(await refusal()).toEqual(CONTINUES);
  await app.app.administration.revokeSession({ session: sid });
  expect(await refusal()).toEqual(ENDED);
});

test('a field after a change of the own password is told to refresh [R2] [R31]', async () => {
  const app = await startApp();
  const { accessToken } = await app.register();
  const input = { currentPassword: PASSWORD, newPassword: 'a wholly new passphrase' };
  const { errors } = await app.send(
    `mutation($a: ChangePasswordInput!) { changePassword(input: $a) { userErrors { code } } again: changePassword(input: $a) { userErrors { code } } }`,
    { token: accessToken, variables: { a: input } },
  );
  expect(errors).toMatchObject([{ path: ['again'], extensions: CONTINUES }]);
});

test('a socket is closed with 4403 if its session continues, and with 4401 if it has ended [R28] [R31]', async () => {
  const { app, address } = await startListening();
  const { accessToken, refreshToken } = await app.register();
  const first = await connect(address, accessToken);
  await changeRoles(app);
  expect(await first.closed).toBe('4403 TOKEN_REVOKED');
  expect(await closeOf(address, accessToken)).toBe('4403 TOKEN_REVOKED');
  const { tokens } = await app.refresh(refreshToken);
  const second = await connect(address, tokens?.accessToken);
  await endSession(app);
  expect(await second.closed).toBe('4401 TOKEN_REVOKED');
  expect(await closeOf(address, tokens?.accessToken ?? '')).toBe('4401 TOKEN_REVOKED');
  // The session of this token is over too, although the token was revoked before.
  expect(await closeOf(address, accessToken)).toBe('4401 TOKEN_REVOKED');
});

test('an event stream ends, and is refused, with the same distinction [R28] [R31]', async () => {
  const { app, address, ticks } = await startListening();
  const { accessToken, refreshToken } = await app.register();
  const lastOf = async (token: string, act: () => Promise<unknown>) => {
    const stream = await openStream(address, TICK, token);
    await untilListeners(ticks, 1);
    await act();
    return (await stream.ended).replace(/.*"extensions":(\{[^}]*\}).*/s, '$1');
  };
  const refusalOf = async (token: string) => {
    const refused = await openStream(address, TICK, token);
    return [refused.status, JSON.parse(await refused.ended).errors[0].extensions];
  };
  expect(JSON.parse(await lastOf(accessToken, () => changeRoles(app)))).toEqual(CONTINUES);
  expect(await refusalOf(accessToken)).toEqual([401, CONTINUES]);
  const { tokens } = await app.refresh(refreshToken);
  expect(JSON.parse(await lastOf(tokens?.accessToken ?? '', () => endSession(app)))).toEqual(ENDED);
  expect(await refusalOf(accessToken)).toEqual([401, ENDED]);
  const other = await app.login();
  expect(JSON.parse(await lastOf(other.accessToken, () => app.app.administration.revokeAllSessions({})))).toEqual(ENDED);
  expect(await refusalOf(other.accessToken)).toEqual([401, ENDED]);
});
