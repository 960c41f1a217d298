/** Reading the audit trail: who sees which events, and how much of each. */
import { expect, test } from 'vitest';
import { startWithAdministrator } from '../support/app/administrators.js';
import { readAll, readPage } from '../support/app/lists.js';
import { EMAIL } from '../support/app/requests.js';
import type { TestApp } from '../support/app/start-app.js';
import { writeRows } from '../support/database/stored-rows.js';
import { failureOf, logOut } from '../support/mutations/mutations.js';
import { decode } from '../support/tokens/tokens.js';

const FIELDS = 'id at kind userId sessionId actor reason ipAddress userAgent';
const subjectOf = (token: string) => String(decode(token).claims.sub);

function eventsOf(app: TestApp, token: string, filter = '', fields = FIELDS) {
  return readAll(app, { token, list: 'auditEvents', fields, filter });
}

const kindsOf = (events: { kind: string }[]) => events.map(({ kind }) => kind);

test('a user sees the own events, the newest first, with all that is known of them', async () => {
  const app = await startWithAdministrator();
  await app.register('eve@example.com');
  const first = await app.register();
  const user = subjectOf(first.accessToken);
  app.clock.advance(60);
  const { tokens } = await app.refresh(first.refreshToken);
  app.clock.advance(60);
  const { accessToken: token, sid } = await app.login();
  app.clock.advance(60);
  await logOut(app, { token, scope: 'OTHERS' });
  const instant = (ago: number) => new Date(app.clock.now() - ago * 1000).toISOString();
  const origin = { ipAddress: '127.0.0.1', userAgent: 'lightMyRequest' };
  const own = { id: expect.stringMatching(/^[\w-]{22}$/), userId: user, actor: user, reason: null, ...origin };
  const events = await eventsOf(app, token);
  expect(events.slice(0, 3)).toEqual([
    { ...own, at: instant(0), kind: 'SESSION_ENDED', sessionId: first.sid, reason: 'LOGOUT_OTHERS' },
    { ...own, at: instant(60), kind: 'SESSION_STARTED', sessionId: sid },
    { ...own, at: instant(120), kind: 'SESSION_REFRESHED', sessionId: first.sid },
  ]);
  expect(kindsOf(events.slice(3)).sort()).toEqual(['SESSION_STARTED', 'USER_REGISTERED']);
  expect(await eventsOf(app, token, `userId: "${user}"`)).toEqual(events);
  expect(await eventsOf(app, token, 'userId: null, everyone: false')).toEqual(events);
  expect(tokens?.sid).toBe(first.sid);
});

test('another user’s events are forbidden, and the answer does not tell whether there is one', async () => {
  const app = await startWithAdministrator();
  const { accessToken: token } = await app.register();
  const admin = subjectOf(app.admin.accessToken);
  const texts = new Set<string>();
  for (const filter of [`userId: "${admin}"`, 'userId: "nobody"', `userId: "${admin}", everyone: true`, 'everyone: true']) {
    const answer = await app.send(`{ auditEvents(${filter}) { nodes { id } } }`, { token });
    expect.soft(failureOf(answer), filter).toBe('FORBIDDEN');
    texts.add(answer.text);
  }
  expect(texts.size).toBe(1);
});

test('an administrator sees the events of any user, and of nobody for an id that is unknown', async () => {
  const app = await startWithAdministrator();
  const ada = await app.register();
  const token = app.admin.accessToken;
  const events = await eventsOf(app, token, `userId: "${subjectOf(ada.accessToken)}"`);
  expect(kindsOf(events).sort()).toEqual(['SESSION_STARTED', 'USER_REGISTERED']);
  expect(kindsOf(await eventsOf(app, token)).sort()).toEqual(['SESSION_STARTED', 'USER_CREATED']);
  for (const userId of ['nobody', '%', '\u0000', '\ud800', 'x'.repeat(10_000)]) {
    const { data } = await app.send('query($id: ID) { auditEvents(userId: $id) { nodes { id } } }', { token, variables: { id: userId } });
    expect.soft(data.auditEvents, userId.slice(0, 20)).toEqual({ nodes: [] });
  }
});

test('an administrator sees everybody’s events, those about nobody included, or one user’s, not both', async () => {
  const app = await startWithAdministrator();
  const ada = await app.register();
  const events = await eventsOf(app, app.admin.accessToken, 'everyone: true');
  expect(kindsOf(events).sort()).toEqual(['SESSION_STARTED', 'SESSION_STARTED', 'SIGNING_KEY_ROTATED', 'USER_CREATED', 'USER_REGISTERED']);
  expect(events.find(({ kind }) => kind === 'SIGNING_KEY_ROTATED')).toMatchObject({ actor: 'server', userId: null, sessionId: null });
  const filter = `everyone: true, userId: "${subjectOf(ada.accessToken)}"`;
  const both = await readPage(app, { token: app.admin.accessToken, list: 'auditEvents', fields: 'id', filter });
  expect(both).toMatchObject({ page: null, code: 'BAD_USER_INPUT' });
});

test('who has ceased to be logged in sees nothing', async () => {
  const app = await startWithAdministrator();
  for (const { accessToken } of [app.admin, await app.register()]) {
    await logOut(app, { token: accessToken });
    expect(failureOf(await app.send('{ auditEvents { nodes { id } } }', { token: accessToken }))).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  }
  expect(failureOf(await app.send('{ auditEvents(everyone: true) { nodes { id } } }'))).toBe('UNAUTHENTICATED TOKEN_MISSING');
});

test('of what others did to a user, the user sees what and when, not their address nor their words', async () => {
  const app = await startWithAdministrator();
  const { sid } = await app.register();
  const { accessToken: token } = await app.login();
  const user = subjectOf(token);
  await app.app.close();
  const event = (kind: string, actor: string, reason: string) => {
    const values = [`${kind} ${actor}`, '2026-01-01T00:00:00.000+00:00', kind, user, sid, actor, reason, '192.0.2.7', 'Secret/1'];
    return `(${values.map((value) => `'${value}'`).join(', ')})`;
  };
  const rows = [
    event('user.disabled', 'an-administrator', 'he is rude'),
    event('user.enabled', 'command-line', 'he said sorry'),
    event('session.ended', 'an-administrator', 'REVOKED_BY_ADMIN'),
    event('session.ended', 'server', 'REFRESH_TOKEN_REUSED'),
    event('user.password-changed', user, 'own'),
  ];
  writeRows(
    app.dataDir,
    `INSERT INTO AuditEvent (id, at, kind, userId, sessionId, actor, reason, ipAddress, userAgent) VALUES ${rows.join(', ')}`,
  );
  const restarted = await app.restart();
  const seenBy = async (reader: string, filter = '') =>
    (await eventsOf(restarted, reader, filter, 'at kind actor reason ipAddress userAgent'))
      .filter(({ at }) => at.startsWith('2026-01-01'))
      .map(({ kind, actor, reason, ipAddress, userAgent }) => [kind, actor, reason, ipAddress, userAgent])
      .sort();
  const from = ['192.0.2.7', 'Secret/1'];
  expect(await seenBy(token)).toEqual([
    ['SESSION_ENDED', 'an-administrator', 'REVOKED_BY_ADMIN', null, null],
    ['SESSION_ENDED', 'server', 'REFRESH_TOKEN_REUSED', ...from],
    ['USER_DISABLED', 'an-administrator', null, null, null],
    ['USER_ENABLED', 'command-line', null, null, null],
    ['USER_PASSWORD_CHANGED', user, 'own', ...from],
  ]);
  expect(await seenBy(app.admin.accessToken, `userId: "${user}"`)).toEqual([
    ['SESSION_ENDED', 'an-administrator', 'REVOKED_BY_ADMIN', ...from],
    ['SESSION_ENDED', 'server', 'REFRESH_TOKEN_REUSED', ...from],
    ['USER_DISABLED', 'an-administrator', 'he is rude', ...from],
    ['USER_ENABLED', 'command-line', 'he said sorry', ...from],
    ['USER_PASSWORD_CHANGED', user, 'own', ...from],
  ]);
});

test('every kind that is recorded is told in the enum of the API', async () => {
  const { send } = await startWithAdministrator();
  const { data } = await send('{ __type(name: "AuditEventKind") { enumValues { name description } } }');
  const names = data.__type.enumValues.map(({ name }: { name: string }) => name);
  expect(names).toContain('SESSION_ACCESS_TOKENS_REVOKED');
  expect(names.filter((name: string) => !/^[A-Z]+(_[A-Z]+)*$/.test(name))).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
});

test('a User-Agent header is kept as long and as plain as the one of the session', async () => {
  const app = await startWithAdministrator();
  const agent = `Evil\u009b31m/${'x'.repeat(600)}`;
  await app.send('mutation($i: RegisterInput!) { register(input: $i) { accessToken } }', {
    variables: { i: { email: EMAIL, password: 'correct horse battery' } },
    headers: { 'user-agent': agent },
  });
  const events = await eventsOf(app, app.admin.accessToken, 'everyone: true', 'kind userAgent');
  const written = events.filter(({ userAgent }) => userAgent?.startsWith('Evil'));
  // Both have the same instant, so their order is open.
  expect(written.map(({ kind }) => kind).sort()).toEqual(['SESSION_STARTED', 'USER_REGISTERED']);
  for (const { userAgent } of written) {
    expect(userAgent).toMatch(/^Evil 31m\/x+$/);
    expect(userAgent).toHaveLength(512);
  }
});
