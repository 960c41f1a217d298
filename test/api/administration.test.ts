/** The acts of administrators: each is in force when it is answered, and nobody else may perform it. */
import { describe, expect, test } from 'vitest';
import { makeAdministrator } from '../support/app/administrators.js';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { startApp } from '../support/app/start-app.js';
import { readRows } from '../support/database/stored-rows.js';
import { createPauses, makeDriverYield, pausesDecide } from '../support/database/yielding-driver.js';
import { act, mutate } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

const REVOKED = 'UNAUTHENTICATED TOKEN_REVOKED';
const ROUNDS = Number(process.env.TEST_RACE_ROUNDS ?? 60);
const UNKNOWN = 'AAAAAAAAAAAAAAAAAAAAAA';
const idOf = (token: string): string => decode(token).claims.sub;

async function start() {
  // Logins that race a disabling fail despite the correct password, more often than the default limits for guessing allow.
  const app = await startApp({ settings: { LOGIN_ATTEMPTS: '1000', ADDRESS_ATTEMPTS: '1000' } });
  const user = await app.register();
  const admin = await makeAdministrator(app);
  return { app, user, admin, userId: idOf(user.accessToken) };
}

describe('every mutation of administrators', () => {
  const inputs = (userId: string): [string, object][] => [
    ['setUserRoles', { userId, roles: ['EDITOR'] }],
    ['disableUser', { userId }],
    ['enableUser', { userId }],
    ['revokeUserSessions', { userId, reason: 'why not' }],
    ['requirePasswordReset', { userId, reason: 'it has leaked' }],
    ['revokeAllSessions', {}],
  ];

  test('is FORBIDDEN to others, and UNAUTHENTICATED with a dead token', async () => {
    const { app, user, admin, userId } = await start();
    await app.send('mutation { logout { endedSessions } }', { token: admin.accessToken });
    for (const [name, input] of inputs(userId)) {
      expect(await act(app, name, input, user.accessToken)).toBe('FORBIDDEN');
      expect(await act(app, name, input, admin.accessToken)).toBe(REVOKED);
      expect(await act(app, name, input)).toBe('UNAUTHENTICATED TOKEN_MISSING');
    }
    expect(await app.ask(user.accessToken)).toBe('ok');
  });

  test('needs a password that was shown in the last ten minutes, and a right one', async () => {
    const { app, user, admin, userId } = await start();
    app.clock.advance(601);
    for (const [name, input] of inputs(userId)) expect(await act(app, name, input, admin.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
    expect(await app.ask(user.accessToken)).toBe('ok');
    expect(await act(app, 'reauthenticate', { password: 'wrong' }, admin.accessToken)).toBe('INVALID_CREDENTIALS');
    expect(await act(app, 'disableUser', { userId }, admin.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
    const { data } = await mutate(app, 'reauthenticate', { password: PASSWORD }, 'validUntil', admin.accessToken);
    expect(data.reauthenticate.validUntil).toBe(new Date(app.clock.now() + 600_000).toISOString());
    app.clock.advance(600 - 300);
    expect(await act(app, 'disableUser', { userId }, admin.accessToken)).toBe('ok');
    app.clock.set(app.clock.now() - 3_600_000);
    expect(await act(app, 'enableUser', { userId }, admin.accessToken)).not.toBe('ok');
  });

  test('answers NOT_FOUND for an unknown id, and refuses what is too long or no role', async () => {
    const { app, admin, userId } = await start();
    for (const [name, input] of inputs(UNKNOWN).slice(0, 4)) expect(await act(app, name, input, admin.accessToken)).toBe('NOT_FOUND');
    const reason = 'x'.repeat(501);
    expect(await act(app, 'disableUser', { userId, reason }, admin.accessToken)).toBe('REASON_INVALID');
    expect(await act(app, 'revokeAllSessions', { reason: 'a\u001bb' }, admin.accessToken)).toBe('REASON_INVALID');
    const tooMany = Array.from({ length: 21 }, (_, index) => `R${index}`);
    for (const roles of [['editor'], [''], ['A'.repeat(65)], tooMany]) {
      expect(await act(app, 'setUserRoles', { userId, roles }, admin.accessToken)).toBe('ROLES_INVALID');
    }
  });
});

test('roles act at once: tokens with the old ones die, the session goes on through refresh [R18]', async () => {
  const { app, user, admin, userId } = await start();
  expect(await act(app, 'setUserRoles', { userId, roles: ['ADMIN', 'EDITOR', 'ADMIN'] }, admin.accessToken)).toBe('ok');
  expect(await app.ask(user.accessToken)).toBe(REVOKED);
  const { tokens } = await app.refresh(user.refreshToken);
  expect(decode(tokens?.accessToken ?? '').claims.roles).toEqual(['ADMIN', 'EDITOR']);
  expect(await act(app, 'setUserRoles', { userId: admin.id, roles: [] }, tokens?.accessToken)).toBe('ok');
  expect(await act(app, 'disableUser', { userId }, admin.accessToken)).toBe(REVOKED);
});

test('the same roles again change nothing', async () => {
  const { app, user, admin, userId } = await start();
  expect(await act(app, 'setUserRoles', { userId, roles: [] }, admin.accessToken)).toBe('ok');
  expect(await app.ask(user.accessToken)).toBe('ok');
});

test('a disabled user is out at once, and in again when enabled, with a new login only', async () => {
  const { app, user, admin, userId } = await start();
  expect(await act(app, 'disableUser', { userId, reason: 'left' }, admin.accessToken)).toBe('ok');
  expect(await app.ask(user.accessToken)).toBe(REVOKED);
  expect(await act(app, 'login', { email: EMAIL, password: PASSWORD })).toBe('INVALID_CREDENTIALS');
  expect(await act(app, 'enableUser', { userId }, admin.accessToken)).toBe('ok');
  expect(await app.ask(user.accessToken)).toBe(REVOKED);
  expect((await app.refresh(user.refreshToken)).tokens).toBe(null);
  expect(await app.ask((await app.login()).accessToken)).toBe('ok');
});

test('all sessions of one user end, nobody else’s [R14]', async () => {
  const { app, user, admin, userId } = await start();
  const { data } = await mutate(app, 'revokeUserSessions', { userId }, 'endedSessions user { id }', admin.accessToken);
  expect(data.revokeUserSessions).toEqual({ endedSessions: 1, user: { id: userId } });
  expect([await app.ask(user.accessToken), await app.ask(admin.accessToken)]).toEqual([REVOKED, 'ok']);
});

test('everyone, everywhere: no token that was ever issued is accepted, in the same operation and after a restart [R17]', async () => {
  const { app, user, admin } = await start();
  const { data, errors } = await app.send('mutation { revokeAllSessions { endedSessions } again: revokeAllSessions { endedSessions } }', {
    token: admin.accessToken,
  });
  expect([data.revokeAllSessions, data.again]).toEqual([{ endedSessions: 2 }, null]);
  expect(errors?.[0]?.extensions.reason).toBe('TOKEN_REVOKED');
  const fresh = await app.login();
  const again = await app.restart();
  for (const tokens of [user, admin]) {
    expect(await again.ask(tokens.accessToken)).toBe(REVOKED);
    expect((await again.refresh(tokens.refreshToken)).tokens).toBe(null);
  }
  expect(await again.ask(fresh.accessToken)).toBe('ok');
  expect(decode(fresh.accessToken).claims.gen).toBe(decode(user.accessToken).claims.gen + 1);
});

test('the last administrator stays, also when two remove each other at once [R20]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const { app, admin, userId } = await start();
  const keep = { userId: admin.id };
  expect(await act(app, 'disableUser', keep, admin.accessToken)).toBe('LAST_ADMINISTRATOR');
  expect(await act(app, 'setUserRoles', { ...keep, roles: ['EDITOR'] }, admin.accessToken)).toBe('LAST_ADMINISTRATOR');
  expect(await act(app, 'deleteMe', { password: PASSWORD }, admin.accessToken)).toBe('LAST_ADMINISTRATOR');
  expect((await app.app.administration.disableUser({ user: admin.id })).kind).toBe('failed');
  expect(await app.ask(admin.accessToken)).toBe('ok');
  const second = await makeAdministrator(app, 'second@example.com');
  await app.app.administration.disableUser({ user: userId });
  const answers = await Promise.all([
    act(app, 'disableUser', { userId: second.id }, admin.accessToken),
    act(app, 'setUserRoles', { userId: admin.id, roles: [] }, second.accessToken),
  ]);
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(1);
});

test('a login or refresh that races a role change or a disable leaves no wrong token [R11] [R18]', { timeout: 120_000 }, async () => {
  makeDriverYield();
  const { app, user, admin, userId } = await start();
  const delay = createPauses(24);
  let { refreshToken } = user;
  let outdated = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    app.clock.advance(1);
    await act(app, 'reauthenticate', { password: PASSWORD }, admin.accessToken);
    const roles = round % 2 === 0 ? ['EDITOR'] : [];
    const [answer, refreshed, opened] = await Promise.all([
      delay().then(() => act(app, 'setUserRoles', { userId, roles }, admin.accessToken)),
      delay().then(() => app.refresh(refreshToken)),
      delay().then(() => mutate(app, 'login', { email: EMAIL, password: PASSWORD }, 'accessToken')),
    ]);
    expect(answer).toBe('ok');
    for (const token of [refreshed.tokens?.accessToken, opened.data.login.accessToken]) {
      if (!token) continue;
      const isRight = decode(token).claims.roles.join() === roles.join();
      outdated += isRight ? 0 : 1;
      expect(await app.ask(token)).toBe(isRight ? 'ok' : REVOKED);
    }
    refreshToken = refreshed.tokens?.refreshToken ?? (await app.login()).refreshToken;
  }
  // Without outdated answers there was no race.
  if (pausesDecide) expect(outdated).toBeGreaterThan(0);
  for (let round = 0; round < ROUNDS; round += 1) {
    const own = await app.login();
    const [, refreshed, opened] = await Promise.all([
      delay().then(() => app.app.administration.disableUser({ user: userId })),
      delay().then(() => app.refresh(own.refreshToken)),
      delay().then(() => mutate(app, 'login', { email: EMAIL, password: PASSWORD }, 'accessToken refreshToken')),
    ]);
    for (const tokens of [own, refreshed.tokens, opened.data.login]) {
      if (!tokens?.accessToken) continue;
      expect(await app.ask(tokens.accessToken)).toBe(REVOKED);
      expect((await app.refresh(tokens.refreshToken)).tokens).toBe(null);
    }
    await app.app.administration.enableUser({ user: userId });
  }
});

test('each act stands in the audit trail with who, whom, from where and why', async () => {
  const { app, admin, userId } = await start();
  await act(app, 'setUserRoles', { userId, roles: ['EDITOR'] }, admin.accessToken);
  await act(app, 'disableUser', { userId, reason: 'left' }, admin.accessToken);
  await act(app, 'enableUser', { userId, reason: 'is back' }, admin.accessToken);
  await act(app, 'revokeAllSessions', { reason: 'leak' }, admin.accessToken);
  await app.app.close();
  const events = readRows(
    app.dataDir,
    `SELECT kind, userId, reason, ipAddress FROM AuditEvent WHERE actor = '${admin.id}' AND kind NOT LIKE 'session.%' ORDER BY rowid`,
  );
  const ipAddress = '127.0.0.1';
  expect(events).toEqual([
    { kind: 'user.roles-changed', userId, reason: 'EDITOR', ipAddress },
    { kind: 'user.disabled', userId, reason: 'left', ipAddress },
    { kind: 'user.enabled', userId, reason: 'is back', ipAddress },
    { kind: 'sessions.all-ended', userId: null, reason: 'leak', ipAddress },
  ]);
});
