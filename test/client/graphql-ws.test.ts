/** `latchkey/client/graphql-ws`: the socket carries the session's token, receives the next one by itself, and ends with the session. */
import type { Client, ClientOptions } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { createAuthSocket } from '../../src/client/graphql-ws.js';
import { home } from '../support/client/client-home.js';
import { type ClientWorld, CREDENTIALS, claimsOf, startWorld, type Tab } from '../support/client/clients.js';
import { act } from '../support/mutations/mutations.js';

interface SocketWorld extends ClientWorld {
  readonly tab: Tab;
  readonly socket: Client;
  /** The sockets that were opened and closed, in order. */
  readonly log: readonly string[];
  /** The waits before each reconnect. */
  readonly waits: readonly number[];
  /** The address of the next attempt; after a wait, the server's. */
  readonly address: { next: string };
  /** Starts a subscription. Returns what it receives, and how it ends. */
  listen(): { readonly heard: unknown[]; readonly ended: Promise<string> };
}

const nextTurn = () => new Promise((resolve) => setTimeout(resolve));

async function startSocket(settings = {}, options: Partial<ClientOptions> = {}): Promise<SocketWorld> {
  const world = await startWorld({ settings });
  const tab = world.open();
  const waits: number[] = [];
  const log: string[] = [];
  const address = { next: world.url };
  const socket = createAuthSocket(tab, {
    url: () => address.next.replace('http', 'ws'),
    webSocketImpl: home.WebSocket,
    retryWait: async (retries) => {
      waits.push(retries);
      address.next = world.url;
      // A browser reports the failure first and the close of the socket after it.
      await nextTurn();
    },
    ...options,
    on: { opened: () => log.push('opened'), closed: () => log.push('closed') },
  });
  onTestFinished(() => void socket.dispose());
  const listen = () => {
    const heard: unknown[] = [];
    const ended = new Promise<string>((resolve) => {
      socket.subscribe(
        { query: 'subscription { tick }' },
        {
          next: ({ data, errors }) => heard.push(data ?? errors?.[0]?.extensions),
          error: (error) =>
            resolve((error as { code?: number }).code === undefined ? JSON.stringify(error) : String((error as { code: number }).code)),
          complete: () => resolve('complete'),
        },
      );
    });
    return { heard, ended };
  };
  return { ...world, tab, socket, log, waits, address, listen };
}

test('when the token expires the socket comes back with the next one at once, and the subscription goes on', async () => {
  const world = await startSocket({ ACCESS_TOKEN_TTL: '10s', CLOCK_TOLERANCE: '0s' });
  await world.tab.register(CREDENTIALS);
  // The server's timer is a real one. The client still considers its token valid.
  await world.server.advance(9);
  const { heard } = world.listen();
  await world.server.untilListeners(1);
  await world.tab.hear('REFRESHED');
  await world.server.untilListened(2);
  await world.server.emitTick(2);
  await expect.poll(() => heard.at(-1)).toEqual({ tick: 2 });
  expect(world.waits).toEqual([]);
});

test('when only the token was revoked the socket comes back with the next one at once, and the session goes on [R31]', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  const { heard } = world.listen();
  await world.server.untilListeners(1);
  const { accessToken: root } = await world.server.makeAdministrator();
  const userId = claimsOf((await world.tab.getAccessToken()) ?? '').sub;
  await act(world.server, 'setUserRoles', { userId, roles: ['EDITOR'] }, root);
  await world.server.untilListened(2);
  await world.server.emitTick(3);
  await expect.poll(() => heard.at(-1)).toEqual({ tick: 3 });
  expect(world.tab.told).toEqual(['LOGGED_IN', 'REFRESHED']);
  expect(world.waits).toEqual([]);
});

test('a logout closes the socket at once, and it does not come back', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  const { heard, ended } = world.listen();
  await world.server.untilListeners(1);
  // Cut before the server learns of it.
  world.network.isDown = true;
  await world.tab.logout();
  expect(await ended).toBe('4499');
  await world.server.untilListeners(0);
  expect([heard, world.log, world.waits]).toEqual([[], ['opened', 'closed'], []]);
});

test('a session that is ended elsewhere ends here by its idle socket, before anything was asked', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  const { ended } = world.listen();
  await world.server.untilListeners(1);
  const told = world.tab.hear('LOGGED_OUT ENDED');
  await world.server.revokeUserSessions(CREDENTIALS.email);
  await told;
  expect(['4401', '4499']).toContain(await ended);
  expect(world.storage.items.size).toBe(0);
});

test('after the next login the socket is that of who is there now', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  const first = world.listen();
  await world.server.untilListeners(1);
  await world.tab.logout();
  await first.ended;
  await world.tab.login(CREDENTIALS);
  const second = world.listen();
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => second.heard).toEqual([{ tick: 1 }]);
});

test('without the network it waits until it is known who is there', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  world.network.isDown = true;
  world.clock.set(3600);
  const failed = world.tab.hear('REFRESH_FAILED UNREACHABLE');
  const { heard } = world.listen();
  await failed;
  // Wait until that attempt is over.
  await nextTurn();
  expect(world.log).toEqual([]);
  world.network.isDown = false;
  world.clock.advance(1);
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => heard).toEqual([{ tick: 1 }]);
});

test('who is not logged in comes without a token, and is told what is missing', async () => {
  const world = await startSocket();
  const { heard, ended } = world.listen();
  const answer = await Promise.race([ended, expect.poll(() => heard[0]).toBeDefined()]);
  expect(JSON.stringify([answer, heard])).toContain('TOKEN_MISSING');
});

test('a server that can’t be reached is tried again', async () => {
  const world = await startSocket();
  await world.tab.register(CREDENTIALS);
  world.address.next = `http://127.0.0.1:${await world.server.findFreePort()}/graphql`;
  const { heard } = world.listen();
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => heard).toEqual([{ tick: 1 }]);
  expect(world.waits).toEqual([0]);
});

test('what was opened by a stranger is opened again, at once, when somebody logs in', async () => {
  const world = await startSocket({}, { lazy: false, onNonLazyError: () => undefined });
  await expect.poll(() => world.log).toEqual(['opened']);
  await world.tab.register(CREDENTIALS);
  await expect.poll(() => world.log).toEqual(['opened', 'closed', 'opened']);
  const { heard } = world.listen();
  await world.server.untilListeners(1);
  await world.server.emitTick(1);
  await expect.poll(() => heard).toEqual([{ tick: 1 }]);
  expect(world.waits).toEqual([]);
});
