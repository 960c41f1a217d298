/** Service credentials: made once, stored hashed, and refused by every node from the moment in which they are revoked. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';
import { readAllRows, readRows } from '../support/database/stored-rows.js';

async function create({ app }: Pick<TestApp, 'app'>, name = 'orders', audience = 'latchkey') {
  const made = await app.administration.createServiceCredential({ name, audience });
  if (made.kind === 'failed') throw new Error(made.failures[0]?.code);
  return made.result;
}

test('a credential is shown once and stored as a hash; the trail has its id', async () => {
  const server = await startApp();
  const made = await create(server);
  expect(made).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), name: 'orders', credential: expect.stringMatching(/^lkv_[\w-]{43}$/) });
  const listed = await server.app.administration.listServiceCredentials();
  const shown = { id: made.id, name: 'orders', audience: 'latchkey', createdAt: new Date(server.clock.now()), revokedAt: null };
  expect(listed).toEqual({ kind: 'done', result: [shown] });
  expect((await create(server)).credential).not.toBe(made.credential);
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
  const { id } = await create(server);
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
