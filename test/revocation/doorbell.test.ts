/** The messages between nodes as text: what goes out at once, what is joined, what is too long, and what is believed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createLog } from '../../src/lib/log.js';
import type { Bell } from '../../src/revocation/lease/bell-text.js';
import { Doorbell } from '../../src/revocation/lease/doorbell.js';
import { SignedMessages } from '../../src/revocation/lease/signed-messages.js';

const messages = new SignedMessages(Buffer.alloc(32, 1));

/** A doorbell whose statements the test ends, and another node that hears them. */
function connect() {
  const sent: { readonly text: string; readonly end: () => void }[] = [];
  const tell = (text: string) => new Promise<void>((end) => sent.push({ text, end }));
  const world = { log: createLog('silent') };
  const doorbell = new Doorbell(world, { nodeId: 'one', tell });
  const other = new Doorbell(world, { nodeId: 'two', tell: () => Promise.resolve() });
  const hearNext = async () => {
    const { text = '', end } = sent.shift() ?? {};
    end?.();
    await nextTurn();
    return other.read(text);
  };
  return { doorbell, sent, hearNext };
}

function bell(since: number, version: number, ids: readonly string[], clusterId = 'c'): Bell {
  const rows = ids.map((id) => ({ id, revokedUntil: new Date(1_900_000_000_000) }));
  const state = { version, generation: 3, sessionsSince: 2, prunedBefore: new Date(1_800_000_000_000) };
  return { version, carried: { clusterId, since, delta: { since, state, rows } } };
}

test('a doorbell says to another node what it was given, and nothing to its own', async () => {
  const { doorbell, sent, hearNext } = connect();
  const rung = bell(5, 6, ['an id', 'with "every" sign, and ü']);
  doorbell.ring(rung);
  expect(doorbell.read(sent[0]?.text ?? '')).toBeNull();
  expect(await hearNext()).toEqual({ kind: 'doorbell', ...rung });
  doorbell.acknowledge({ clusterId: 'c', memberId: 'm', version: 6 });
  expect(await hearNext()).toEqual({ kind: 'acknowledged', clusterId: 'c', memberId: 'm', version: 6 });
});

test('doorbells that wait for a statement are joined: no row is doubled, none is missing', async () => {
  const { doorbell, sent, hearNext } = connect();
  for (const each of [bell(5, 6, ['a']), bell(7, 8, ['c']), bell(6, 7, ['b']), bell(7, 9, ['c', 'd'])]) doorbell.ring(each);
  expect(sent).toHaveLength(1);
  await hearNext();
  expect(await hearNext()).toEqual({ kind: 'doorbell', ...bell(6, 9, ['b', 'c', 'd']) });
  expect(sent).toEqual([]);
});

test.for([
  ['with a version missing between them', bell(6, 7, ['b']), bell(8, 9, ['d'])],
  ['of two databases', bell(6, 7, ['b'], 'elsewhere'), bell(7, 9, ['d'])],
  ['of which the older one has no rows', { version: 7, carried: null }, bell(7, 9, ['d'])],
] as const)('of doorbells %s the newest is sent alone', async ([, older, newer]) => {
  const { doorbell, hearNext } = connect();
  for (const each of [bell(5, 6, ['a']), older, newer]) doorbell.ring(each);
  await hearNext();
  expect(await hearNext()).toEqual({ kind: 'doorbell', ...newer });
});

test('of acknowledgements that wait the latest is sent', async () => {
  const { doorbell, hearNext } = connect();
  for (const version of [6, 7, 8]) doorbell.acknowledge({ clusterId: 'c', memberId: 'm', version });
  expect([await hearNext(), await hearNext(), await hearNext()]).toMatchObject([{ version: 6 }, { version: 8 }, null]);
});

test('no message has more than 7,500 bytes; without room the doorbell names its version alone', async () => {
  for (const [count, carries] of [
    [150, true],
    [200, false],
    [10_000, false],
  ] as const) {
    const { doorbell, sent, hearNext } = connect();
    const ids = Array.from({ length: count }, (_, index) => `${index}`.padStart(22, 'x'));
    doorbell.ring(bell(5, 6, ids));
    expect(Buffer.byteLength(messages.sign(sent[0]?.text ?? ''))).toBeLessThanOrEqual(7_500);
    expect((await hearNext()) as Bell).toMatchObject({ version: 6, carried: carries ? { since: 5 } : null });
  }
});

test('a message counts only as it was signed, under the same secret [R24]', () => {
  const text = 'acknowledged m [6,"c"]';
  const message = messages.sign(text);
  expect(messages.read(message)).toBe(text);
  expect(new SignedMessages(Buffer.alloc(32, 2)).read(message)).toBeNull();
  for (let at = 0; at < message.length; at += 1) {
    const changed = message.slice(0, at) + (message[at] === 'B' ? 'C' : 'B') + message.slice(at + 1);
    // The last character of the MAC has bits that stand for nothing; the space before the text is no part of it.
    if (at !== 21 && at !== 22) expect(messages.read(changed)).toBeNull();
  }
  for (const forged of ['', ' ', text, ` ${text}`, `${'A'.repeat(22)} ${text}`, `${message} `, message.slice(1)]) {
    expect(messages.read(forged)).toBeNull();
  }
});
