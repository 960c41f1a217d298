/** A logout on one node ends the sockets on another: before its answer, or once that node can no longer have a lease. */
import { request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startNode, type TestApp } from '../support/app/start-app.js';
import { LONG, logOutTold, readFigure } from '../support/postgresql/lease-nodes.js';
import { setUnreachable } from '../support/postgresql/outages.js';
import { borrowDatabase } from '../support/postgresql/postgresql.js';
import { TICK, TickResolver, untilListeners, useTicks } from '../support/resolvers/ticks.js';
import { connect, openSocket, subscribe } from '../support/sockets/sockets.js';

async function startNodes(...settings: Record<string, string>[]): Promise<{ nodes: TestApp[]; addresses: string[]; url: string }> {
  const url = await borrowDatabase();
  const nodes = [];
  for (const each of settings) nodes.push(await startNode(url, { resolvers: [TickResolver], settings: each }));
  return { nodes, addresses: await Promise.all(nodes.map(({ app }) => app.listen())), url };
}

test.for(['lease', 'database'])(
  'in mode %s a logout on one node closes the idle sockets on the others before it answers [R28]',
  async (mode) => {
    const ticks = useTicks();
    const settings = { ...LONG, REVOCATION_CHECK: mode };
    const { nodes, addresses } = await startNodes(settings, settings, settings);
    const [one] = nodes as [TestApp];
    const { accessToken } = await one.register();
    const sockets = await Promise.all(addresses.map((address) => connect(address, accessToken)));
    for (const socket of sockets) subscribe(socket, TICK);
    await untilListeners(ticks, 3);
    expect(await logOutTold(one, accessToken)).toMatchObject({ confirmation: { by: 'ACKNOWLEDGED', nodes: 3 } });
    // The node sent the close before the logout was answered. It delivers no event that comes later.
    ticks.emit(1);
    for (const socket of sockets) {
      expect(await socket.closed).toBe('4401 TOKEN_REVOKED');
      expect(socket.frames.filter(({ type }) => type === 'next')).toEqual([]);
    }
  },
);

test('a node that can have no lease lets go of its sockets: another may have answered a logout [R28]', async () => {
  const ticks = useTicks();
  const { nodes, addresses, url } = await startNodes({ LEASE: '100ms' });
  const [one] = nodes as [TestApp];
  const { accessToken } = await one.register();
  const [socket, stranger] = [await connect(addresses[0] ?? '', accessToken), await connect(addresses[0] ?? '')];
  subscribe(socket, TICK);
  await untilListeners(ticks, 1);
  await setUnreachable(url, true);
  expect(await socket.closed).toBe('1013 AUTH_UNAVAILABLE');
  await untilListeners(ticks, 0);
  await setUnreachable(url, false);
  stranger.say({ type: 'ping' });
  await stranger.hear('pong');
});

test('a socket that was open while its node was cut off hears nothing of after a logout on another node [R21] [R28]', async () => {
  const ticks = useTicks();
  const { nodes, addresses } = await startNodes({ LEASE: '100ms', DOORBELL: 'off' }, { LEASE: '100ms', DOORBELL: 'off' });
  const [one] = nodes as [TestApp];
  for (let round = 0; round < 10; round += 1) {
    const { accessToken } = await one.register(`user-${round}@example.com`);
    const socket = await connect(addresses[1] ?? '', accessToken);
    subscribe(socket, TICK);
    await untilListeners(ticks, 1);
    const logout = logOutTold(one, accessToken);
    let isAnswered = false;
    void logout.then(() => {
      isAnswered = true;
    });
    for (let tick = 0; !isAnswered; tick += 1) {
      ticks.emit(tick);
      await nextTurn();
    }
    ticks.emit(-1);
    await socket.closed;
    expect(socket.frames.filter(({ payload }) => payload?.data?.tick === -1)).toEqual([]);
    await untilListeners(ticks, 0);
  }
});

test('who leaves while the database is asked about their token is kept in no index', async () => {
  const ticks = useTicks();
  const { nodes, addresses } = await startNodes({ REVOCATION_CHECK: 'database' });
  const [one] = nodes as [TestApp];
  const [address] = addresses as [string];
  const { accessToken } = await one.register();
  for (let round = 0; round < 20; round += 1) {
    const socket = await openSocket(address);
    socket.say({ type: 'connection_init', payload: { authorization: `Bearer ${accessToken}` } });
    socket.raw.terminate();
    const leaving = request(`${address}/graphql`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
    });
    leaving.on('error', () => undefined).end(JSON.stringify({ query: TICK }), () => leaving.destroy());
  }
  // When this is answered, everything asked before has been answered too.
  const last = await connect(address, accessToken);
  subscribe(last, TICK);
  await last.hear('connection_ack');
  last.raw.close();
  await untilListeners(ticks, 0);
  while ((await readFigure(one, 'latchkey_connections_live')) !== 0);
});
