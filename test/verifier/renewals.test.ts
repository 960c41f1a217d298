/** What a verifier believes of a login server that answers late, wrongly, twice, in pieces, or not at all. */
import { expect, test } from 'vitest';
import { ScriptedFeed } from '../support/verifier/scripted-feed.js';
import { ask, callerOf, openVerifierAt, until, watch } from '../support/verifier/verifiers.js';

async function start(options = {}, prepare: (feed: ScriptedFeed) => void = () => undefined) {
  const feed = new ScriptedFeed();
  prepare(feed);
  const opened = await openVerifierAt(await feed.listen(), options);
  return { feed, ...opened };
}

async function startHeld(options = {}) {
  const started = await start({ leaseMs: 60_000, ...options }, (feed) => {
    feed.granted = 60_000;
  });
  await until(() => started.verifier.status.isHearing);
  const token = started.feed.token();
  const caller = await callerOf(started.verifier, token);
  await until(() => started.verifier.status.hasLease);
  return { ...started, token, caller };
}

test('an answer to another request grants nothing [R36]', async () => {
  const { feed, verifier } = await start();
  let first: object | null = null;
  feed.answer = (answer) => {
    first ??= answer;
    return { ...answer, ...first } as typeof answer;
  };
  await verifier.ready();
  const token = feed.token();
  // From now on every answer is the first one again. The lease from that one runs out.
  await expect.poll(() => ask(verifier, token), { timeout: 60_000 }).toBe('unknown');
  feed.answer = (answer) => answer;
  await expect.poll(() => ask(verifier, token), { timeout: 60_000 }).toBe('authenticated');
});

test('a renewal that was not carried out for this request grants no lease, and costs no membership [R36]', async () => {
  const { feed, verifier } = await start({}, (feed) => {
    feed.answer = (answer) => ({ ...answer, isRenewed: false });
  });
  await verifier.ready();
  // What was read after the question is an answer to it.
  expect(await ask(verifier, feed.token())).toBe('authenticated');
  expect(verifier.status.hasLease).toBe(false);
  expect(feed.registrations).toHaveLength(1);
  feed.answer = (answer) => answer;
  await until(() => verifier.status.hasLease);
  expect(feed.registrations).toHaveLength(1);
  const numbers = feed.renewals.map(({ renewal }) => renewal);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

test('the lease is what was granted, counted from before the request, and ends by either clock [R36]', async () => {
  const { feed, verifier, token, caller, steps } = await startHeld();
  expect(verifier.check(caller)).toBe('live');
  feed.refusal = { status: 503 };
  steps.wall += 60_000;
  // The tolerance of `exp` is not what refuses it here: the token lives for 15 minutes.
  expect(await verifier.check(caller)).toBe('unknown');
  steps.wall -= 60_000;
  expect(await verifier.check(caller)).toBe('unknown');
  feed.refusal = null;
  feed.granted = 60_000;
  await expect.poll(() => ask(verifier, token), { timeout: 60_000 }).toBe('authenticated');
  await until(() => verifier.status.hasLease);
  feed.refusal = { status: 503 };
  steps.monotonic += 60_000;
  expect(await verifier.check(caller)).toBe('unknown');
});

test('the server grants less than was asked for [R36]', async () => {
  const { feed, verifier, caller, steps } = await startHeld();
  feed.granted = 500;
  feed.revoke('nobody');
  feed.ring(feed.state);
  await until(() => feed.renewals.at(-1)?.applied === feed.version);
  await until(() => verifier.status.hasLease);
  feed.answer = () => 'never';
  steps.monotonic += 500;
  expect(await verifier.check(caller)).toBe('unknown');
});

test('clocks that differ too much give no lease, and it is said once [R36]', async () => {
  const { feed, verifier, lines } = await start({}, (feed) => {
    feed.skewMs = 600_000;
  });
  expect(await ask(verifier, feed.token())).toBe('unknown');
  await until(() => verifier.status.fault === 'clock-skew');
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  feed.skewMs = 0;
  await expect.poll(() => ask(verifier, feed.token()), { timeout: 60_000 }).toBe('authenticated');
});

test('a standby grants nothing [R36]', async () => {
  const { feed, verifier } = await start({}, (feed) => {
    feed.answer = (answer) => ({ ...answer, isStandby: true, isRenewed: false, granted: 0, keys: [], rows: [] });
  });
  expect(await ask(verifier, feed.token())).toBe('unknown');
  await until(() => verifier.status.fault === 'standby');
});

test('a member that is gone registers anew [R36]', async () => {
  const { feed, verifier, caller } = await startHeld();
  feed.answer = (answer, { member }) => (member === 'member-1' ? { ...answer, isMember: false, isRenewed: false, granted: 0 } : answer);
  feed.revoke('nobody');
  feed.ring(feed.state);
  await until(() => feed.registrations.length === 2);
  await until(() => verifier.status.hasLease);
  expect(verifier.check(caller)).toBe('live');
  expect(feed.renewals.at(-1)).toMatchObject({ member: 'member-2', applied: feed.version });
});

test('a server that grants less than it did, and refuses the old lease, gets a new member [R36]', async () => {
  const { feed, verifier } = await startHeld();
  feed.answer = (answer, { leaseMs }) => (leaseMs > 400 ? { status: 400 } : answer);
  feed.granted = 400;
  feed.ring({ ...feed.state, version: feed.version + 1 });
  feed.version += 1;
  await until(() => feed.registrations.length >= 2);
  await until(() => feed.renewals.at(-1)?.leaseMs === 400);
  await until(() => verifier.status.fault === null);
});

test('nothing is accepted before all pages are there, and no page is acknowledged [R37]', async () => {
  const { feed, verifier } = await start({}, (feed) => {
    feed.version = 7;
  });
  const sid = feed.token();
  const { sid: revoked } = JSON.parse(Buffer.from(sid.split('.')[1] ?? '', 'base64url').toString());
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  feed.answer = async (answer, { cursor, applied }) => {
    if (applied > 0) return answer;
    const page = (rows: typeof feed.rows, next?: string) => ({
      ...answer,
      rows,
      ...(next === undefined ? {} : { cursor: next, isRenewed: false, granted: 0 }),
    });
    if (cursor === undefined) return page([['a'.repeat(22), 9e15]], 'one');
    if (cursor === 'one') return page([['b'.repeat(22), 9e15]], 'two');
    await held;
    return page([[revoked, 9e15]]);
  };
  expect(await ask(verifier, sid)).toBe('unknown');
  expect(verifier.status).toMatchObject({ version: 0, ids: 2, hasLease: false });
  expect(feed.renewals.every(({ applied }) => applied === 0)).toBe(true);
  feed.answer = feed.answer.bind(null);
  letGo();
  await expect.poll(() => ask(verifier, sid), { timeout: 60_000 }).toBe('TOKEN_REVOKED with its session');
  expect(verifier.status).toMatchObject({ version: 7, ids: 3 });
});

test('what a bell says ends what is open, and then is acknowledged by a renewal at once [R38]', async () => {
  const { feed, verifier, caller } = await startHeld();
  let appliedAtTheEnd = -1;
  const ends: unknown[] = [];
  const before = feed.version;
  verifier.watch(caller, (end) => {
    ends.push(end);
    appliedAtTheEnd = Math.max(...feed.renewals.map(({ applied }) => applied));
  });
  feed.revoke(caller.token.sid);
  feed.ring({ ...feed.state, since: before, rows: feed.rows });
  await until(() => feed.renewals.at(-1)?.applied === feed.version);
  expect(ends).toEqual([{ code: 4401, reason: 'TOKEN_REVOKED' }]);
  expect(appliedAtTheEnd).toBe(before);
});

test('a bell over a gap, or of another database, applies nothing: the verifier asks [R38]', async () => {
  const { feed, verifier, caller } = await startHeld();
  feed.answer = () => 'never';
  feed.ring({ ...feed.state, version: 9, since: 8, rows: [[caller.token.sid, 9e15]] });
  feed.ring({ ...feed.state, clusterId: 'elsewhere', version: 2, since: 1, rows: [[caller.token.sid, 9e15]] });
  const asked = feed.renewals.length;
  await until(() => feed.renewals.length > asked);
  expect([verifier.check(caller), verifier.status.version]).toEqual(['live', 1]);
});

test('a log that went back is read from its beginning with its generation; what was revoked stays so [R40]', async () => {
  const { feed, verifier, caller, token } = await startHeld();
  feed.generation = 4;
  feed.revoke(caller.token.sid);
  feed.ring(feed.state);
  await until(() => feed.renewals.at(-1)?.applied === feed.version);
  expect(await ask(verifier, token)).toBe('TOKEN_REVOKED with its session');
  // The rows and the generation of a backup.
  Object.assign(feed, { version: 1, generation: 1, rows: [] });
  feed.ring({ ...feed.state, version: 99 });
  await until(() => feed.registrations.length === 2);
  await until(() => verifier.status.hasLease);
  expect(feed.left).toEqual(['member-1']);
  expect(verifier.status.version).toBe(1);
  expect(await ask(verifier, token)).toBe('TOKEN_REVOKED with its session');
  expect(await ask(verifier, feed.token())).toBe('authenticated');
});

test('another database is another world: an empty set, a new registration, and what was open ends [R40]', async () => {
  const { feed, verifier, caller, token } = await startHeld();
  feed.revoke('nobody');
  const ends = watch(verifier, caller);
  Object.assign(feed, { clusterId: 'another', version: 3, rows: [] });
  feed.ring(feed.state);
  await until(() => feed.registrations.length === 2);
  expect(ends).toEqual([{ code: 1013, reason: 'AUTH_UNAVAILABLE' }]);
  await until(() => verifier.status.hasLease);
  expect(verifier.status).toMatchObject({ version: 3, ids: 0 });
  expect(await ask(verifier, token)).toBe('authenticated');
});

test('the stream is heard only after its own echo, and while the node hears the others [R41]', async () => {
  const deaf = await start({}, (feed) => {
    feed.isHearing = false;
  });
  await deaf.verifier.ready();
  const held = await start({ requestTimeoutMs: 200 }, (feed) => {
    feed.echoes = false;
  });
  await held.verifier.ready();
  await until(() => held.feed.streams.size > 0 && deaf.feed.streams.size > 0);
  expect([deaf.verifier.status.isHearing, held.verifier.status.isHearing]).toEqual([false, false]);
  await ask(deaf.verifier, deaf.feed.token());
  expect(deaf.feed.renewals.at(-1)?.leaseMs).toBe(300);
  held.feed.echoes = true;
  await until(() => held.verifier.status.isHearing);
  for (const stream of held.feed.streams) stream.write('event: hearing\ndata: {"isHearing":false}\n\n');
  await until(() => !held.verifier.status.isHearing);
  for (const stream of held.feed.streams) stream.destroy();
  await until(() => held.verifier.status.isHearing);
});

test('a credential that is refused is told once, everything is unknown, and it comes back by itself', async () => {
  const {
    feed,
    verifier,
    lines,
    credential = 'lkv_0123456789012345678901234567890123456789012',
  } = (await start({}, (feed) => {
    feed.refusal = { status: 401 };
  })) as Awaited<ReturnType<typeof start>> & { credential?: string };
  expect(await ask(verifier, feed.token())).toBe('unknown');
  await until(() => verifier.status.fault === 'credential-refused');
  expect(await ask(verifier, feed.token())).toBe('unknown');
  const errors = () => lines.filter(({ level }) => level === 'error');
  expect(errors()).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain(credential);
  feed.refusal = null;
  await verifier.ready();
  expect(await ask(verifier, feed.token())).toBe('authenticated');
  expect([errors().length, verifier.status.fault]).toEqual([1, null]);
});

test('no redirect is followed, and what is no answer of the feed grants nothing', async () => {
  const elsewhere = new ScriptedFeed();
  const location = `${await elsewhere.listen()}/revocations`;
  for (const refusal of [
    { status: 307, headers: { location } },
    { status: 200, body: '<html>' },
    { status: 200, body: '{}' },
    { status: 404 },
    { status: 500, body: 'x'.repeat(100_000) },
  ]) {
    const { feed, verifier } = await start({}, (feed) => {
      feed.refusal = refusal;
    });
    expect(await ask(verifier, feed.token())).toBe('unknown');
    await verifier.close();
  }
  expect([elsewhere.registrations, elsewhere.renewals]).toEqual([[], []]);
});
