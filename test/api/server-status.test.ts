/** Only an administrator sees the state of the server and other users' sessions. */
import { expect, test } from 'vitest';
import { startWithAdministrator } from '../support/app/administrators.js';
import { EMAIL } from '../support/app/requests.js';
import { failureOf } from '../support/mutations/mutations.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

const STATUS =
  '{ serverStatus { revocationCheck blacklistKnown liveRevocations blacklistVersion liveConnections mirrorWhole nodes { id seenAt leaseMs } } }';

test('the status tells the check, the blacklist and its growth, and the nodes that may hold a lease', async () => {
  const app = await startWithAdministrator();
  const { accessToken } = await app.register();
  const read = async () => (await app.send(STATUS, { token: app.admin.accessToken })).data.serverStatus;
  const before = await read();
  const check = process.env.TEST_REVOCATION_CHECK ?? '';
  expect(before).toMatchObject({
    revocationCheck: check.toUpperCase(),
    blacklistKnown: true,
    liveRevocations: 0,
    liveConnections: 0,
    mirrorWhole: check === 'redis' ? true : null,
  });
  expect(before.nodes).toHaveLength(onPostgresql ? 1 : 0);
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  const after = await read();
  expect(after.liveRevocations).toBeGreaterThan(0);
  expect(after.blacklistVersion).toBeGreaterThan(before.blacklistVersion);
});

test('an administrator reads where a user is logged in; of an unknown id the list is empty', async () => {
  const app = await startWithAdministrator();
  const { sid } = await app.register();
  const { users } = (await app.send(`{ users(search: "${EMAIL}") { nodes { id } } }`, { token: app.admin.accessToken })).data;
  const read = async (id: string) =>
    (
      await app.send('query($id: ID!) { userSessions(userId: $id) { id current deviceName } }', {
        token: app.admin.accessToken,
        variables: { id },
      })
    ).data.userSessions;
  expect(await read(users.nodes[0].id)).toEqual([{ id: sid, current: false, deviceName: null }]);
  expect(await read(app.admin.id)).toEqual([{ id: app.admin.sid, current: true, deviceName: null }]);
  for (const id of ['nobody', '', '\u0000']) expect.soft(await read(id), id).toEqual([]);
});

test('nobody but an administrator reads the status of the server or the sessions of others', async () => {
  const app = await startWithAdministrator();
  const { accessToken } = await app.register();
  for (const query of [STATUS, `{ userSessions(userId: "${app.admin.id}") { id } }`]) {
    expect.soft(failureOf(await app.send(query, { token: accessToken }))).toBe('FORBIDDEN');
    expect.soft(failureOf(await app.send(query))).toBe('UNAUTHENTICATED TOKEN_MISSING');
  }
});
