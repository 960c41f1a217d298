/** Service credentials: made once, stored hashed, and refused by every node from the moment in which they are revoked. */
import { describe, expect, test } from 'vitest';
import { startWithAdministrator } from '../support/app/administrators.js';
import { startApp } from '../support/app/start-app.js';
import { readAllRows, readRows } from '../support/database/stored-rows.js';
import { act, mutate } from '../support/mutations/mutations.js';
import { createService, introspect } from '../support/services/services.js';

test('a credential is shown once and stored as a hash; the trail has its id', async () => {
  const server = await startApp();
  const made = await createService(server);
  expect(made).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), name: 'orders', credential: expect.stringMatching(/^lkv_[\w-]{43}$/) });
  const listed = await server.app.administration.listServiceCredentials();
  const shown = { id: made.id, name: 'orders', audience: 'latchkey', createdAt: new Date(server.clock.now()), revokedAt: null };
  expect(listed).toEqual({ kind: 'done', result: [shown] });
  expect((await createService(server)).credential).not.toBe(made.credential);
  await server.app.close();
  const [events, rows] = readAllRows(server.dataDir, [
    `SELECT * FROM AuditEvent WHERE reason = '${made.id}'`,
    'SELECT * FROM ServiceCredential',
  ]);
  expect(events).toMatchObject([{ kind: 'service-credential.created', actor: 'command-line', reason: made.id }]);
  expect(JSON.stringify([events, rows])).not.toContain(made.credential.slice(4));
});

test('revoking twice changes nothing the second time, and an unknown id is not found', async () => {
  const server = await startApp();
  const { id } = await createService(server);
  const revoke = (id: string) => server.app.administration.revokeServiceCredential({ id });
  const first = await revoke(id);
  expect(first).toMatchObject({ kind: 'done', result: { id, revokedAt: new Date(server.clock.now()) } });
  server.clock.advance(60);
  expect(await revoke(id)).toEqual(first);
  expect(await revoke('nobody')).toMatchObject({ kind: 'failed', failures: [{ code: 'NOT_FOUND' }] });
  await server.app.close();
  const events = readRows(server.dataDir, "SELECT kind FROM AuditEvent WHERE kind LIKE 'service%'");
  expect(events.map(({ kind }) => kind).sort()).toEqual(['service-credential.created', 'service-credential.revoked']);
});

test('a name or an audience that nobody can have is refused', async () => {
  const server = await startApp();
  for (const [name, audience, code] of [
    ['', 'orders', 'NAME_INVALID'],
    ['a\u0000', 'orders', 'NAME_INVALID'],
    ['x'.repeat(201), 'orders', 'NAME_INVALID'],
    ['orders', '', 'AUDIENCE_INVALID'],
    ['orders', 'two words', 'AUDIENCE_INVALID'],
    ['orders', 'x'.repeat(256), 'AUDIENCE_INVALID'],
  ] as const) {
    expect(await server.app.administration.createServiceCredential({ name, audience })).toMatchObject({ failures: [{ code }] });
  }
});

describe('over GraphQL', () => {
  const CREATE = ['createServiceCredential', { name: 'orders', audience: 'latchkey' }] as const;

  test('administrators create, list and revoke credentials; nobody else does', async () => {
    const server = await startWithAdministrator();
    const token = server.admin.accessToken;
    const { data } = await mutate(server, ...CREATE, 'credential serviceCredential { id } userErrors { code }', token);
    const { credential, userErrors } = data.createServiceCredential;
    const { id } = data.createServiceCredential.serviceCredential;
    expect(userErrors).toEqual([]);
    expect((await introspect(server, credential, token)).text).toContain('"active":true');
    const list = async (token?: string) => (await server.send('{ serviceCredentials { id name audience revokedAt } }', { token })).text;
    expect(JSON.parse(await list(token)).data.serviceCredentials).toEqual([{ id, name: 'orders', audience: 'latchkey', revokedAt: null }]);
    const user = (await server.register()).accessToken;
    for (const [text, code] of [
      [user, 'FORBIDDEN'],
      [credential, 'UNAUTHENTICATED TOKEN_INVALID'],
      [undefined, 'UNAUTHENTICATED TOKEN_MISSING'],
    ] as const) {
      expect(await act(server, ...CREATE, text)).toBe(code);
      expect(await act(server, 'revokeServiceCredential', { id }, text)).toBe(code);
      expect(await list(text)).toContain(code.split(' ')[0]);
    }
    expect((await introspect(server, credential, token)).status).toBe(200);
    expect(await act(server, 'revokeServiceCredential', { id }, token)).toBe('ok');
    expect((await introspect(server, credential, token)).status).toBe(401);
    expect(await act(server, 'revokeServiceCredential', { id: 'nobody' }, token)).toBe('NOT_FOUND');
    expect(await act(server, 'createServiceCredential', { name: 'orders', audience: 'a b' }, token)).toBe('AUDIENCE_INVALID');
  });

  test('creating and revoking need a password that was entered in the last ten minutes', async () => {
    const server = await startWithAdministrator();
    const { id } = await createService(server);
    server.clock.advance(601);
    expect(await act(server, ...CREATE, server.admin.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
    expect(await act(server, 'revokeServiceCredential', { id }, server.admin.accessToken)).toBe('REAUTHENTICATION_REQUIRED');
    const listed = await server.app.administration.listServiceCredentials();
    expect(listed).toMatchObject({ result: [{ id, revokedAt: null }] });
  });
});
