/** How a logout reaches its answer when there are other nodes, event by event. */
import { expect, test } from 'vitest';
import { nextTickAt } from '../../src/revocation/lease/lease.js';
import type { Member } from '../../src/revocation/lease/lease-events.js';
import { CLUSTER, type Effect, type Event } from '../lease-model/database.js';
import { LeaseDrive } from '../lease-model/drive.js';

const OWN: Member = { memberId: 'n-1', renewals: 2, leaseMs: 2_000, acknowledged: 5 };
const OTHER: Member = { memberId: 'o-1', renewals: 7, leaseMs: 3_000, acknowledged: 5 };
const THIRD: Member = { memberId: 'p-1', renewals: 9, leaseMs: 300, acknowledged: 0 };

const record = (logout: string, version: number): Event => ({
  kind: 'recorded',
  logout,
  clusterId: CLUSTER,
  since: version - 1,
  version,
  delta: { ids: [logout] },
});
const hear = (memberId: string, version: number): Event => ({ kind: 'acknowledged', clusterId: CLUSTER, memberId, version });
const BELL: Event = { kind: 'doorbell', version: 6, carried: null };
const read = (number: number, ...members: Member[]): Event => ({ kind: 'members-read', read: number, members });
const outcomes = (effects: readonly Effect[]) => effects.flatMap((effect) => (effect.kind === 'answer' ? [effect.outcome] : []));

test('a logout is in force here before the doorbell rings and the members are read, and alone it is answered then [R4]', () => {
  const drive = LeaseDrive.leased();
  const delta = { ids: ['x'] };
  expect(drive.send(100, record('x', 6))).toEqual([
    { kind: 'apply', delta },
    { kind: 'close-sockets', delta },
    { kind: 'ring', version: 6, carried: { clusterId: CLUSTER, since: 5, delta } },
    { kind: 'read-members', read: 1 },
  ]);
  expect(outcomes(drive.send(103, read(1, OWN)))).toEqual([
    { kind: 'confirmed', by: 'single-node', members: 0, acknowledged: 0, waitedMs: 3 },
  ]);
});

test('it is answered when every other member has acknowledged its version, or a later one', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  expect(drive.send(101, read(1, OWN, OTHER, THIRD))).toEqual([]);
  expect(drive.send(102, hear('o-1', 5))).toEqual([]);
  expect(drive.send(103, hear('o-1', 6))).toEqual([]);
  expect(drive.send(104, hear('o-1', 6))).toEqual([]);
  expect(drive.send(105, hear('q-1', 6))).toEqual([]);
  const effects = drive.send(106, hear('p-1', 9));
  expect(outcomes(effects)).toEqual([{ kind: 'confirmed', by: 'acknowledged', members: 2, acknowledged: 2, waitedMs: 6 }]);
});

test('it is answered W after the commit was known, by the largest T of anybody, to the millisecond', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  drive.send(900, read(1, OWN, OTHER, THIRD));
  drive.send(901, hear('p-1', 6));
  expect(nextTickAt(drive.state)).toBe(100 + 3_100);
  expect(drive.send(3_199.9, { kind: 'tick' })).toEqual([]);
  expect(outcomes(drive.send(3_200, { kind: 'tick' }))).toEqual([
    { kind: 'confirmed', by: 'lease-expiry', members: 2, acknowledged: 1, waitedMs: 3_100 },
  ]);
});

test('the own T counts too', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  drive.send(101, read(1, THIRD));
  expect(nextTickAt(drive.state)).toBe(100 + 2_070);
});

test('logouts that are recorded while the members are being read share the next read: theirs began before', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  expect(drive.kinds(101, record('y', 7))).toEqual(['apply', 'close-sockets', 'ring']);
  drive.send(102, record('z', 8));
  const effects = drive.send(103, read(1, OWN));
  expect(effects.map((effect) => (effect.kind === 'answer' ? effect.logout : effect.kind))).toEqual(['x', 'read-members']);
  expect(drive.send(104, read(2, OWN, OTHER))).toEqual([]);
  expect(outcomes(drive.send(105, hear('o-1', 8)))).toHaveLength(2);
});

test('without the members it is not confirmed', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  drive.send(101, record('y', 7));
  expect(drive.send(102, { kind: 'members-unread', read: 1 })).toEqual([
    { kind: 'answer', logout: 'x', outcome: { kind: 'unconfirmed' } },
    { kind: 'read-members', read: 2 },
  ]);
});

test('a doorbell is acknowledged after the rows are applied and the sockets closed, and again when it rings again', () => {
  const drive = LeaseDrive.leased();
  expect(drive.kinds(100, BELL)).toEqual(['refresh']);
  expect(drive.reply(101, { version: 6, delta: { ids: ['x'] } }).map(({ kind }) => kind)).toEqual([
    'apply',
    'close-sockets',
    'acknowledge',
  ]);
  expect(drive.send(102, BELL)).toEqual([{ kind: 'acknowledge', clusterId: CLUSTER, memberId: 'n-1', version: 6 }]);
});

test('a doorbell that rings during a refresh is acknowledged by the next one, if the first did not see the row', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, { kind: 'check' });
  expect(drive.kinds(601, BELL)).toEqual([]);
  expect(drive.reply(602, { version: 5 }).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'refresh']);
  expect(drive.reply(603, { version: 6 }).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'acknowledge']);
});

test('a member that did not renew between two reads more than W apart is removed, on condition of its number', () => {
  const drive = LeaseDrive.leased();
  const look = (sentAt: number, doneAt: number, member: Member) => {
    drive.send(sentAt, { kind: 'look-at-members' });
    return drive.send(doneAt, read(drive.state.lastRead, OWN, member));
  };
  expect(look(0, 50, OTHER)).toEqual([]);
  expect(look(3_150, 9_000, OTHER)).toEqual([]);
  expect(look(3_151, 3_152, { ...OTHER, renewals: 8 })).toEqual([]);
  expect(look(6_252, 6_253, { ...OTHER, renewals: 8 })).toEqual([]);
  expect(look(6_253, 6_254, { ...OTHER, renewals: 8 })).toEqual([{ kind: 'remove-member', memberId: 'o-1', renewals: 8 }]);
});

test('after a logout that had to wait for a silent member, the members are looked at once more', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  drive.send(101, read(1, OWN, OTHER));
  drive.send(3_200, { kind: 'tick' });
  expect(nextTickAt(drive.state)).toBe(3_200 + 3_100 + 1);
  expect(drive.kinds(6_301, { kind: 'tick' })).toEqual(['read-members']);
  expect(drive.kinds(6_302, read(2, OWN, OTHER))).toEqual(['remove-member']);
  expect(nextTickAt(drive.state)).toBeNull();
});

test('an acknowledgement that comes before the members are read counts, for each logout that it covers', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  expect(drive.send(101, hear('o-1', 7))).toEqual([]);
  expect(drive.send(101, hear('o-1', 6))).toEqual([]);
  drive.send(102, record('y', 7));
  const [answer] = drive.send(103, read(1, OWN, OTHER));
  expect(answer).toMatchObject({ kind: 'answer', logout: 'x', outcome: { by: 'acknowledged', acknowledged: 1 } });
  expect(outcomes(drive.send(104, read(2, OWN, OTHER, THIRD)))).toEqual([]);
  expect(outcomes(drive.send(105, hear('p-1', 7)))).toMatchObject([{ by: 'acknowledged', acknowledged: 2 }]);
});

test('what is remembered of acknowledgements is bounded, and gone when no logout needs it', () => {
  const drive = LeaseDrive.leased();
  drive.send(99, hear('o-1', 6));
  expect(drive.state.early).toEqual({});
  drive.send(100, record('x', 6));
  drive.send(100, hear('o-1', 5));
  for (let number = 0; number < 5_000; number += 1) drive.send(101, hear(`invented-${number}`, 6));
  expect(Object.keys(drive.state.early)).toHaveLength(1_000);
  drive.send(102, read(1, OWN));
  expect(drive.state.early).toEqual({});
});

test('an acknowledgement from another database counts for nothing', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, record('x', 6));
  drive.send(101, read(1, OWN, OTHER));
  const elsewhere: Event = { kind: 'acknowledged', clusterId: 'elsewhere', memberId: 'o-1', version: 6 };
  expect(drive.send(102, elsewhere)).toEqual([]);
  expect(outcomes(drive.send(103, hear('o-1', 6)))).toMatchObject([{ by: 'acknowledged' }]);
});

test('a process without a lease, on a database that no node has used, rings without rows', () => {
  const drive = new LeaseDrive();
  const event = { ...record('x', 1), clusterId: null } as Event;
  expect(drive.send(100, event)).toContainEqual({ kind: 'ring', version: 1, carried: null });
});
