/** The core's subscriptions: a client receives events of its own sessions, an administrator those of the audit trail. */
import { expect, test } from 'vitest';
import { ADMIN_EMAIL, startWithAdministrator } from '../support/app/administrators.js';
import { AUDIT_EVENTS, faultsOf, follow, SESSION_EVENTS } from '../support/app/followers.js';
import { startApp } from '../support/app/start-app.js';
import { makeCommitFail } from '../support/database/failing-commit.js';
import { logOut } from '../support/mutations/mutations.js';
import { connect, subscribe } from '../support/sockets/sockets.js';
import { decode } from '../support/tokens/tokens.js';

const CREATED = 'CREATED';
const REFRESHED = 'REFRESHED';
const ENDED = 'ENDED';

test('a session hears of the login, the refresh and the end of the others of its user, and of nobody else’s [R29]', async () => {
  const app = await startApp();
  const address = await app.app.listen();
  const first = await app.register();
  const follower = await follow(app, address, first.accessToken);
  await app.register('eve@example.com');
  const second = await app.login();
  await app.refresh(second.refreshToken);
  await logOut(app, { token: second.accessToken });
  await app.refresh(first.refreshToken);
  const events = await follower.until(CREATED, REFRESHED, ENDED, REFRESHED);
  const other = { sessionId: second.sid, current: false };
  const id = expect.stringMatching(/^se_[\w-]{22}$/);
  expect(events).toEqual([
    { id, kind: CREATED, ...other, reason: null },
    { id, kind: REFRESHED, ...other, reason: null },
    { id, kind: ENDED, ...other, reason: 'LOGOUT' },
    { id, kind: REFRESHED, sessionId: first.sid, current: true, reason: null },
  ]);
});

test('the end of the own session is told by the close of the socket, and not by an event [R28] [R29]', async () => {
  const app = await startApp();
  const address = await app.app.listen();
  const [mine, other] = [await app.register(), await app.login()];
  const [ended, spared] = [await follow(app, address, mine.accessToken), await follow(app, address, other.accessToken)];
  await logOut(app, { token: mine.accessToken });
  expect(await ended.socket.closed).toBe('4401 TOKEN_REVOKED');
  expect(ended.events()).toEqual([]);
  expect(await spared.until(ENDED)).toMatchObject([{ sessionId: mine.sid, reason: 'LOGOUT' }]);
});

test('the session of an event is shown as it is then', async () => {
  const app = await startApp();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const query = 'subscription { sessionEvents { id kind session { id current deviceName endedAt } } }';
  const { socket, until } = await follow(app, address, accessToken, query);
  const other = await app.login(undefined, 'phone');
  await until(CREATED);
  const { payload } = await socket.hear('next', 'events');
  expect(payload.data.sessionEvents.session).toEqual({ id: other.sid, current: false, deviceName: 'phone', endedAt: null });
});

test('who connects again with the id of the last event misses nothing that happened meanwhile [R29]', async () => {
  const app = await startApp();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const before = await follow(app, address, accessToken);
  await app.login();
  const [last] = await before.until(CREATED);
  before.socket.raw.close();
  await before.socket.closed;
  const missed = [];
  for (let round = 0; round < 12; round += 1) {
    app.clock.advance(60);
    const { sid, accessToken: token } = await app.login();
    await logOut(app, { token });
    missed.push(`${CREATED} ${sid}`, `${ENDED} ${sid}`);
  }
  const again = await follow(app, address, accessToken, SESSION_EVENTS, { after: last?.id });
  const { sid } = await app.login();
  const events = await again.until(...missed, `${CREATED} ${sid}`);
  expect(events.map(({ id }) => id)).not.toContain(last?.id);
});

test('"after" must be an event of the caller that is still kept, and is told apart from nothing else', async () => {
  const app = await startWithAdministrator();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const { data } = await app.send('{ auditEvents(first: 100, everyone: true) { nodes { id userId kind } } }', {
    token: app.admin.accessToken,
  });
  const { sub } = decode(accessToken).claims;
  const events = data.auditEvents.nodes as { id: string; userId: string; kind: string }[];
  const foreign = events.find(({ userId, kind }) => userId !== sub && kind === 'SESSION_STARTED');
  const otherKind = events.find(({ userId, kind }) => userId === sub && kind === 'USER_REGISTERED');
  const socket = await connect(address, accessToken);
  const texts = new Set<string>();
  expect([foreign, otherKind]).not.toContain(undefined);
  const own = events.find(({ userId, kind }) => userId === sub && kind === 'SESSION_STARTED');
  // The id of an AuditEvent is none of a SessionEvent, not even of the same event.
  const wrong = [`se_${foreign?.id}`, `se_${otherKind?.id}`, own?.id, 'se_', 'x'.repeat(22), '\u0000', "' OR 1=1"];
  for (const after of wrong) {
    expect(after).toBeDefined();
    const id = `after ${after}`;
    subscribe(socket, SESSION_EVENTS, id, { after });
    const { payload } = await socket.hear('next', id);
    expect(payload.errors[0].extensions).toEqual({ code: 'BAD_USER_INPUT' });
    texts.add(JSON.stringify(payload.errors[0].message));
  }
  expect(texts.size).toBe(1);
});

test('an administrator hears everything that is written into the audit trail, or what is about one user', async () => {
  const app = await startWithAdministrator();
  const address = await app.app.listen();
  const { admin } = app;
  const eve = await app.register('eve@example.com');
  const userId = String(decode(eve.accessToken).claims.sub);
  const everybody = await follow(app, address, admin.accessToken, AUDIT_EVENTS);
  const one = await follow(app, address, admin.accessToken, AUDIT_EVENTS, { userId });
  await app.send('mutation { login(input: { email: "nobody@example.com", password: "wrong horse battery" }) { accessToken } }');
  await app.login(ADMIN_EMAIL);
  await logOut(app, { token: eve.accessToken });
  const kinds = (await everybody.until('LOGIN_FAILED', 'SESSION_STARTED', 'SESSION_ENDED')).map((event) => `${event.kind} ${event.userId}`);
  expect(kinds).toEqual(['LOGIN_FAILED null', `SESSION_STARTED ${admin.id}`, `SESSION_ENDED ${userId}`]);
  expect((await one.until('SESSION_ENDED')).map(({ kind }) => kind)).toEqual(['SESSION_ENDED']);
});

test('the audit trail is for administrators, and no longer for one who is none any more [R28]', async () => {
  const app = await startWithAdministrator();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const refused = await connect(address, accessToken);
  subscribe(refused, AUDIT_EVENTS, 'events');
  await refused.hear('next', 'events');
  expect(faultsOf(refused)[0]?.payload.errors[0].extensions).toEqual({ code: 'FORBIDDEN' });
  await app.app.administration.createUser({ email: 'second@example.com', password: 'correct horse battery', admin: true });
  const follower = await follow(app, address, app.admin.accessToken, AUDIT_EVENTS);
  await app.app.administration.setUserRoles({ user: ADMIN_EMAIL, roles: [] });
  expect(await follower.socket.closed).toBe('4403 TOKEN_REVOKED');
  expect(follower.events()).toEqual([]);
});

test('what was not committed is told to nobody [R29]', async () => {
  const commits = makeCommitFail();
  const app = await startApp();
  const address = await app.app.listen();
  const { accessToken } = await app.register();
  const follower = await follow(app, address, accessToken);
  const { accessToken: token, sid } = await app.login();
  commits.fault = 'lost';
  const { errors } = await app.send('mutation { logout { endedSessions } }', { token });
  expect(errors?.[0]?.extensions.code).toBe('LOGOUT_UNCONFIRMED');
  const next = await app.login();
  expect((await follower.until(`CREATED ${next.sid}`)).map((event) => `${event.kind} ${event.sessionId}`)).toEqual([
    `CREATED ${sid}`,
    `CREATED ${next.sid}`,
  ]);
});
