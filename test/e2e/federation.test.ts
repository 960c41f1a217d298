/** The programs of `examples/federation`: login and logout through a gateway, whose second subgraph follows Latchkey with the verifier. */
import { expect, test, vi } from 'vitest';
import { EMAIL, PASSWORD } from '../support/app/requests.js';
import { type Federation, startFederation } from '../support/federation/federated.js';
import { openStream } from '../support/sockets/event-streams.js';

const TIMEOUT = { timeout: 300_000 };
const WAIT = { timeout: 60_000 };
const REFUSED = { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' };
const PLACE = 'mutation { placeOrder(item: "Tea") { id item buyer { id email name } } }';
const BOTH = '{ me { id email orders { item buyer { email } } } orders { buyer { email } } }';

const logOut = async ({ gateway }: Federation, token: string) =>
  (await gateway.send('mutation { logout { endedSessions userErrors { code } } }', { token })).data.logout;

test(
  'one query spans both subgraphs; after the logout through the gateway both refuse, and open streams have ended [R4] [R28]',
  TIMEOUT,
  async () => {
    const federation = await startFederation();
    const { gateway, orders, latchkey } = federation;
    const { accessToken: token, sid } = await gateway.register();
    const id = (await gateway.send('{ me { id } }', { token })).data.me.id;
    expect((await gateway.send(PLACE, { token })).data.placeOrder).toEqual({
      id: '1',
      item: 'Tea',
      buyer: { id, email: EMAIL, name: null },
    });
    const tea = { item: 'Tea', buyer: { email: EMAIL } };
    expect((await gateway.send(BOTH, { token })).data).toEqual({ me: { id, email: EMAIL, orders: [tea] }, orders: [{ buyer: tea.buyer }] });
    const stranger = await gateway.send(BOTH);
    expect(stranger.data).toEqual({ me: null, orders: null });

    const ours = await openStream(gateway.url, 'subscription { sessionEvents { kind session { id } } }', token);
    const theirs = await openStream(gateway.url, 'subscription { orderPlaced { item } }', token);
    expect([ours.status, theirs.status]).toEqual([200, 200]);
    const phone = await gateway.login(EMAIL, 'phone');
    await ours.hear(phone.sid);
    await gateway.send('mutation { placeOrder(item: "Milk") { id } }', { token: phone.accessToken });
    await theirs.hear('Milk');

    expect(await logOut(federation, token)).toEqual({ endedSessions: 1, userErrors: [] });
    await Promise.all([ours.ended, theirs.ended]);
    const late = await gateway.send(BOTH, { token });
    expect(late.data).toEqual({ me: null, orders: null });
    expect(late.errors?.map(({ extensions }) => extensions)).toEqual([expect.objectContaining(REFUSED), expect.objectContaining(REFUSED)]);
    // Nor by the way round the gateway.
    expect((await orders.send('{ orders { item } }', { token })).errors?.[0]?.extensions).toMatchObject(REFUSED);
    expect(await latchkey.ask(token)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
    const left = await gateway.send('{ sessions { id ipAddress } orders { item } }', { token: phone.accessToken });
    expect(left.data.sessions).toEqual([{ id: phone.sid, ipAddress: '127.0.0.1' }]);
    expect(left.data.orders.length).toBe(2);
    expect(left.text).not.toContain(sid);
  },
);

test(
  'the gateway passes on what its client may say, and no more: not the credential of a router, not the address of another',
  TIMEOUT,
  async () => {
    const federation = await startFederation();
    const { gateway, revokeRouter } = federation;
    const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'latchkey-router': 'mine' };
    const login = await gateway.send(
      `mutation { register(input: { email: "${EMAIL}", password: "${PASSWORD}" }) { accessToken session { ipAddress } } }`,
      { headers },
    );
    const { accessToken: token, session } = login.data.register;
    expect(session.ipAddress).toBe('127.0.0.1');
    expect((await gateway.send(PLACE, { token, headers })).data.placeOrder.buyer.email).toBe(EMAIL);
    // The fields of every subgraph are none of the federated API.
    expect((await gateway.send('{ _entities(representations: []) { __typename } }', { token })).errors?.[0]?.extensions.code).toBe(
      'GRAPHQL_VALIDATION_FAILED',
    );
    await revokeRouter();
    const refused = await gateway.send(PLACE, { token });
    expect(refused.data.placeOrder).toMatchObject({ item: 'Tea', buyer: null });
    expect(refused.errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', serviceName: 'latchkey' });
    // What needs no entity goes on: nobody is logged out by a wrong router.
    expect((await gateway.send('{ me { email } }', { token })).data.me).toEqual({ email: EMAIL });
  },
);

test('a request after the logout does not get the answer of an equal one from before it', TIMEOUT, async () => {
  const federation = await startFederation();
  const { gateway, latchkey, way } = federation;
  const { accessToken: token } = await gateway.register();
  const ask = () => gateway.send('{ me { email } }', { token });
  expect((await ask()).data.me).toEqual({ email: EMAIL });
  way.hold('down');
  const early = ask();
  // Latchkey has answered it, and the answer waits.
  await vi.waitFor(() => expect(way.waiting('down')).toBe(1), WAIT);
  await latchkey.send('mutation { logout { endedSessions } }', { token });
  const late = ask();
  // The gateway has come to this one, so it has come to the one before.
  const other = gateway.send('{ me { id } }', { token });
  await vi.waitFor(() => expect(way.waiting('down')).toBeGreaterThan(1), WAIT);
  way.pass();
  expect((await early).data.me).toEqual({ email: EMAIL });
  for (const { errors } of [await late, await other]) expect(errors?.[0]?.extensions).toMatchObject(REFUSED);
});
