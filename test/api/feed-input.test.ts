/** What the feed refuses, over a real socket: clear errors, bounded work, and no 5xx for a mistake of the client. */
import { expect, test } from 'vitest';
import { collectLog } from '../support/app/collected-log.js';
import { startApp } from '../support/app/start-app.js';
import { createService, freshNonce, openFeed } from '../support/feed/raw-feed.js';

const OFF = { METRICS_PORT: 'off', LEASE: '300ms' };

async function start(settings: Record<string, string> = OFF) {
  const server = await startApp({ settings });
  return { server, feed: await openFeed(server) };
}

test('a renewal with a field of a wrong form is refused, and the error names the field', async () => {
  const { feed } = await start();
  const { member } = (await feed.register()).body;
  const wrong: Record<string, unknown[]> = {
    member: ['', 7, null, 'a b', 'x'.repeat(65), "' OR 1=1 --", 'a\u0000'],
    renewal: [0, -1, 1.5, '1', null, 2 ** 31, 1e300, true],
    nonce: ['', 'short', 'x'.repeat(65), 'fifteen-letters', 'with spaces in it!', 1_234_567_890_123_456, null, ['x'.repeat(20)]],
    applied: [-1, 0.5, '0', null, 2 ** 53, 1e300],
    leaseMs: [-1, '100', null, 301, 1e300, {}],
    cursor: [
      '',
      'not a cursor',
      'AAAA',
      Buffer.from('[0,"x"]').toString('base64url'),
      Buffer.from('[1]').toString('base64url'),
      'x'.repeat(1_025),
      7,
    ],
  };
  for (const [field, values] of Object.entries(wrong))
    for (const value of values) {
      const { status, body } = await feed.renew({ member, [field]: value });
      expect([field, value, status, body.errors?.[0]?.message]).toEqual([field, value, 400, expect.stringContaining(`"${field}"`)]);
    }
  for (const fields of [{ renewal: 1 }, { member, renewal: undefined }, { member, unknown: 1 }, { member, __proto__x: 1 }])
    expect((await feed.renew(fields)).status).toBe(400);
  for (const leaseMs of ['NaN', 'Infinity', '1e999', '-0.5', '0x10']) {
    const text = `{"member":"${member}","renewal":9,"nonce":"${freshNonce()}","applied":0,"leaseMs":${leaseMs}}`;
    expect([leaseMs, (await feed.send('POST', '/revocations', text)).status]).toEqual([leaseMs, 400]);
  }
  expect((await feed.renew({ member, renewal: 1 })).body).toMatchObject({ isRenewed: true });
});

test('a body that is no JSON object, or is too long, is refused', async () => {
  const { feed } = await start();
  for (const path of ['/revocations', '/revocations/members'])
    for (const body of ['{', 'null', '[]', '"text"', '7', '{"__proto__":{}}', '{"constructor":1}', '\u0000', '[[[['])
      expect([path, body, (await feed.send('POST', path, body)).status]).toEqual([path, body, 400]);
  const long = JSON.stringify({ leaseMs: 100, more: 'x'.repeat(5_000) });
  for (const path of ['/revocations', '/revocations/members'])
    expect(await feed.send('POST', path, long)).toMatchObject({
      status: 413,
      body: { errors: [{ message: 'The body is larger than 4096 bytes.' }] },
    });
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await feed.send('POST', '/revocations', 'a=b', form)).status).toBe(415);
  expect((await feed.send('POST', '/revocations', '')).status).toBe(400);
});

test('without exactly one right credential nothing is answered, and the credential is in no log', async () => {
  const { log, text } = collectLog();
  const server = await startApp({ settings: OFF, log });
  const feed = await openFeed(server);
  const { member } = (await feed.register()).body;
  const { accessToken } = await server.register();
  const renewal = JSON.stringify({ member, renewal: 1, nonce: freshNonce(), applied: 0, leaseMs: 100 });
  const paths = [
    ['POST', '/revocations', renewal],
    ['POST', '/revocations/members', ''],
    ['DELETE', `/revocations/members/${member}`, ''],
    ['GET', `/revocations/events?echo=${freshNonce()}`, undefined],
  ] as const;
  const wrong = [accessToken, `lkv_${'x'.repeat(43)}`, 'lkv_', `${feed.credential}x`, feed.credential.slice(0, -1)];
  for (const [method, path, body] of paths)
    for (const credential of wrong) {
      const { status, headers } = await feed.send(method, path, body, { authorization: `Bearer ${credential}` });
      expect([method, path, status]).toEqual([method, path, 401]);
      expect(headers.get('www-authenticate')).toContain('Bearer');
    }
  for (const [method, path, body] of paths) expect((await feed.send(method, path, body, { authorization: '' })).status).toBe(401);
  expect((await feed.send('POST', `/revocations?token=${feed.credential}`, renewal)).status).toBe(400);
  expect((await feed.renew({ member })).body).toMatchObject({ isRenewed: true });
  expect(text()).not.toContain(feed.credential.slice(4));
});

test('a revoked credential is refused, its streams end, and its member is waited for until it is removed [R35]', async () => {
  const { server, feed } = await start();
  const { member } = (await feed.register()).body;
  await feed.renew({ member, leaseMs: 300 });
  const stream = await feed.stream();
  await stream.hear(({ event }) => event === 'hearing');
  const before = performance.now();
  expect(await server.app.administration.revokeServiceCredential({ id: feed.id })).toMatchObject({ kind: 'done' });
  expect(performance.now() - before).toBeGreaterThanOrEqual(1.03 * 300 + 10);
  await stream.ended;
  expect((await feed.renew({ member })).status).toBe(401);
  expect((await feed.register()).status).toBe(401);
  expect(await feed.leave(member)).toBe(401);
  expect((await feed.stream()).status).toBe(401);
  const { accessToken } = await server.register();
  const { data } = await server.send('mutation { logout { confirmation { by nodes } } }', { token: accessToken });
  expect(data.logout.confirmation).toEqual({ by: 'LEASE_EXPIRY', nodes: 2 });
});

test('a thousand registrations with one credential leave eight members, and cost no other service its place', async () => {
  // Longer than the test, or a dead member would give its place to a new one.
  const { server, feed } = await start({ ...OFF, LEASE: '60s' });
  const statuses = new Map<number, number>();
  const messages = new Set<string | undefined>();
  for (let round = 0; round < 50; round += 1) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => feed.register()));
    for (const { status, body, headers } of answers) {
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      messages.add(body.errors?.[0]?.message);
      if (status === 429) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
  }
  expect(statuses).toEqual(
    new Map([
      [200, 8],
      [429, 992],
    ]),
  );
  expect([...messages].some((message) => message?.includes('8 verifiers already'))).toBe(true);
  expect((await verifiersOf(server)).length).toBe(8);
  const other = await openFeed(server, await createService(server, 'invoices'));
  expect((await other.register()).status).toBe(200);
});

test('there are at most MAX_VERIFIERS, and one that has left makes room', async () => {
  const { server, feed } = await start({ ...OFF, MAX_VERIFIERS: '2' });
  const other = await openFeed(server, await createService(server, 'invoices'));
  const { member } = (await feed.register()).body;
  const answers = await Promise.all([feed.register(), other.register(), feed.register(), other.register()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429, 429]);
  expect(answers.find(({ status }) => status === 429)?.body.errors[0]?.message).toContain('MAX_VERIFIERS');
  expect(await feed.leave(member)).toBe(204);
  expect((await feed.register()).status).toBe(200);
});

test('a dead member gives its place to a new one', async () => {
  const { server, feed } = await start({ ...OFF, LEASE: '100ms', MAX_VERIFIERS: '1' });
  const first = (await feed.register()).body.member;
  let status = 429;
  while (status === 429) {
    server.clock.advance(60);
    ({ status } = await feed.register());
  }
  expect(status).toBe(200);
  expect((await verifiersOf(server)).map(({ id }) => id)).not.toContain(first);
});

test('a stream needs one fresh echo, and a credential has so many', async () => {
  const { feed } = await start();
  for (const query of [
    '',
    '?echo=',
    '?echo=short',
    `?echo=${'x'.repeat(65)}`,
    `?echo=${freshNonce()}&echo=${freshNonce()}`,
    '?echo=%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00',
  ])
    expect([query, (await feed.send('GET', `/revocations/events${query}`)).status]).toEqual([query, 400]);
  const streams = await Promise.all(Array.from({ length: 17 }, () => feed.stream()));
  expect(streams.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 16 }, () => 200), 429]);
});

async function verifiersOf({ app }: Awaited<ReturnType<typeof start>>['server']) {
  const listed = await app.administration.listNodes({});
  return listed.kind === 'done' ? listed.result.filter(({ kind }) => kind === 'verifier') : [];
}
