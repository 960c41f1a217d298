/** The lease of one node, event by event. */
import { expect, test } from 'vitest';
import { answersAtOnce, nextTickAt, unreadiness } from '../../src/revocation/lease/lease.js';
import { CLUSTER, type EventOf } from './database.js';
import { LeaseDrive } from './drive.js';

const CHECK = { kind: 'check' } as const;
const TICK = { kind: 'tick' } as const;

/** A doorbell that carries the row `x` of its version alone. */
function bell(version: number, carried: Partial<EventOf<'doorbell'>['carried']> = {}): EventOf<'doorbell'> {
  return { kind: 'doorbell', version, carried: { clusterId: CLUSTER, since: version - 1, delta: { ids: ['x'] }, ...carried } };
}

test('a node registers before its first refresh, and a check that came earlier waits for that refresh [R6]', () => {
  const drive = new LeaseDrive();
  expect(unreadiness(drive.state, drive.at(0))).toBe('unreachable');
  expect(drive.send(0, CHECK)).toEqual([
    { kind: 'join', refresh: 1 },
    { kind: 'register', memberId: 'n-1', leaseMs: 300 },
  ]);
  expect(drive.send(1, { kind: 'start' })).toEqual([]);
  expect(drive.send(2, { kind: 'registered', memberId: 'n-1' })).toEqual([
    { kind: 'refresh', refresh: 1, memberId: 'n-1', since: 0, leaseMs: 300 },
  ]);
  expect(drive.reply(3, { version: 5 }).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'look-up-joined', 'acknowledge']);
  expect(unreadiness(drive.state, drive.at(3))).toBeNull();
});

test('the lease is counted from before the statement, and ends to the millisecond, on either clock', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  drive.reply(1_000);
  expect(drive.kinds(2_599, CHECK)).toContain('look-up');
  expect(drive.kinds(2_600, CHECK)).toContain('join');
  const suspended = LeaseDrive.leased();
  suspended.wallStep = 1_999;
  expect(suspended.kinds(0, CHECK)).toContain('look-up');
  suspended.wallStep = 2_000;
  expect(suspended.kinds(0, CHECK)).toContain('join');
  const setBack = LeaseDrive.leased();
  setBack.wallStep = -1;
  expect(setBack.kinds(0, CHECK)).toContain('join');
});

test('checks refresh the lease every T/4, one refresh at a time; without checks nothing is sent', () => {
  const drive = LeaseDrive.leased();
  expect(nextTickAt(drive.state)).toBeNull();
  expect(answersAtOnce(drive.state, drive.at(499))).toBe(true);
  expect(answersAtOnce(drive.state, drive.at(500))).toBe(false);
  expect(drive.kinds(499, CHECK)).toEqual(['look-up']);
  expect(drive.kinds(500, CHECK)).toEqual(['look-up', 'refresh']);
  expect(drive.kinds(501, CHECK)).toEqual(['look-up']);
});

test('open sockets are traffic', () => {
  const drive = LeaseDrive.leased();
  expect(drive.kinds(10, { kind: 'sockets', areOpen: true })).toEqual([]);
  expect(nextTickAt(drive.state)).toBe(500);
  expect(drive.kinds(500, TICK)).toEqual(['refresh']);
  drive.reply(501);
  expect(drive.kinds(502, { kind: 'sockets', areOpen: false })).toEqual([]);
  expect(nextTickAt(drive.state)).toBeNull();
});

test('checks outside the lease share the next refresh: one is in flight, one is queued', () => {
  const drive = LeaseDrive.leased();
  expect(drive.send(3_000, CHECK)[0]).toEqual({ kind: 'join', refresh: 3 });
  expect(drive.send(3_001, CHECK)).toEqual([{ kind: 'join', refresh: 4 }]);
  expect(drive.send(3_002, CHECK)).toEqual([{ kind: 'join', refresh: 4 }]);
  const effects = drive.reply(3_003);
  expect(effects).toContainEqual({ kind: 'look-up-joined', refresh: 3 });
  expect(effects.at(-1)).toMatchObject({ kind: 'refresh', refresh: 4 });
  expect(drive.reply(3_004)).toContainEqual({ kind: 'look-up-joined', refresh: 4 });
});

test('a check waits a second at most [R8]', () => {
  const drive = LeaseDrive.leased();
  drive.send(3_000, CHECK);
  drive.send(3_400, CHECK);
  expect(nextTickAt(drive.state)).toBe(4_000);
  expect(drive.send(3_999, TICK)).toEqual([]);
  expect(drive.send(4_000, TICK)).toEqual([{ kind: 'refuse-joined', refresh: 3, reason: 'deadline' }]);
  expect(drive.send(4_400, TICK)).toEqual([{ kind: 'refuse-joined', refresh: 4, reason: 'deadline' }]);
});

test('an outage shorter than the lease is not noticed; a longer one denies, and the node recovers by itself [R8]', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.send(700, { kind: 'refresh-failed', refresh: 3 })).toEqual([]);
  expect(drive.kinds(701, CHECK)).toEqual(['look-up']);
  expect(unreadiness(drive.state, drive.at(701))).toBeNull();
  expect(nextTickAt(drive.state)).toBe(800);
  expect(drive.kinds(800, TICK)).toEqual(['refresh']);
  expect(drive.kinds(2_100, CHECK)).toEqual(['join']);
  drive.send(2_200, { kind: 'refresh-failed', refresh: 4 });
  expect(unreadiness(drive.state, drive.at(2_200))).toBe('unreachable');
  expect(drive.kinds(2_250, CHECK)).toEqual(['join']);
  expect(drive.kinds(2_300, TICK)).toEqual(['refresh']);
  expect(drive.send(2_310, { kind: 'refresh-failed', refresh: 5 })).toEqual([{ kind: 'refuse-joined', refresh: 5, reason: 'unreachable' }]);
  drive.send(2_410, TICK);
  drive.reply(2_411);
  expect(drive.kinds(2_412, CHECK)).toEqual(['look-up']);
});

test('a standby grants nothing, and what it reads is not taken in', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.reply(601, { isStandby: true, version: 1 })).toEqual([]);
  expect(drive.state.applied).toBe(5);
  expect(drive.kinds(1_999, CHECK)).toContain('look-up');
  expect(drive.kinds(2_000, CHECK)).not.toContain('look-up');
  expect(unreadiness(drive.state, drive.at(2_000))).toBe('standby');
});

test('another database is refused, and the lease with it', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.reply(601, { clusterId: 'other', version: 9, delta: { ids: ['x'] } })).toEqual([]);
  expect(drive.kinds(602, CHECK)).toEqual(['join']);
  expect(unreadiness(drive.state, drive.at(602))).toBe('foreign-database');
});

test('a wall clock too far from the database is not ready, to the millisecond, and denies [R8]', () => {
  const at = (databaseNow: number) => {
    const drive = LeaseDrive.leased();
    drive.send(600, CHECK);
    drive.reply(700, { databaseNow });
    return [unreadiness(drive.state, drive.at(700)), drive.kinds(701, CHECK)[0]];
  };
  expect(at(1_000_600 - 5_000)).toEqual([null, 'look-up']);
  expect(at(1_000_700 + 5_000)).toEqual([null, 'look-up']);
  expect(at(1_000_600 - 5_001)).toEqual(['clock-skew', 'join']);
  expect(at(1_000_700 + 5_001)).toEqual(['clock-skew', 'join']);
});

test('who is no member any more registers anew under a new id; the checks of that refresh are answered by what it read', () => {
  const drive = LeaseDrive.leased();
  drive.send(3_000, CHECK);
  const effects = drive.reply(3_001, { isMember: false, version: 6, delta: { ids: ['x'] } });
  expect(effects).toEqual([
    { kind: 'apply', delta: { ids: ['x'] } },
    { kind: 'close-sockets', delta: { ids: ['x'] } },
    { kind: 'look-up-joined', refresh: 3 },
    { kind: 'register', memberId: 'n-2', leaseMs: 2_000 },
  ]);
  expect(drive.kinds(3_002, CHECK)).toEqual(['join']);
  expect(drive.send(3_003, { kind: 'registered', memberId: 'n-1' })).toEqual([]);
  expect(drive.kinds(3_004, { kind: 'registered', memberId: 'n-2' })).toEqual(['refresh']);
});

test('a log that went backwards ends the lease; what is remembered is written back, then all is read again under a new id', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.reply(601, { version: 4 })).toEqual([
    { kind: 'leave', memberId: 'n-1' },
    { kind: 'restore', version: 5 },
  ]);
  expect(unreadiness(drive.state, drive.at(601))).toBe('version-regressed');
  expect(drive.kinds(602, CHECK)).toEqual(['join']);
  drive.send(603, { kind: 'restore-failed' });
  expect(drive.send(703, TICK)).toEqual([{ kind: 'restore', version: 5 }]);
  expect(drive.send(704, { kind: 'restored' })).toEqual([{ kind: 'register', memberId: 'n-2', leaseMs: 2_000 }]);
  expect(drive.send(705, { kind: 'registered', memberId: 'n-2' })).toEqual([
    { kind: 'refresh', refresh: 4, memberId: 'n-2', since: 0, leaseMs: 2_000 },
  ]);
  drive.reply(706, { version: 7 });
  expect([drive.state.applied, unreadiness(drive.state, drive.at(706))]).toEqual([7, null]);
});

test('an older snapshot that comes late takes nothing back: the version stays [R5]', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  drive.send(601, { kind: 'recorded', logout: 'l', clusterId: CLUSTER, since: 5, version: 6, delta: { ids: ['x'] } });
  drive.reply(602, { version: 5 });
  expect(drive.state.applied).toBe(6);
  drive.send(603, { kind: 'recorded', logout: 'm', clusterId: CLUSTER, since: 7, version: 8, delta: { ids: ['y'] } });
  expect(drive.state.applied).toBe(6);
});

test('a longer T is on record before a lease of it is taken, which follows at once [R23]', () => {
  const drive = new LeaseDrive();
  drive.send(0, { kind: 'start' });
  drive.send(0, { kind: 'registered', memberId: 'n-1' });
  drive.reply(0, { version: 5 });
  expect(drive.send(10, { kind: 'listening', isListening: true })).toMatchObject([{ kind: 'refresh', leaseMs: 2_000 }]);
  const effects = drive.reply(20, { version: 5 });
  expect(drive.state.lease).toMatchObject({ termMs: 300 });
  expect(effects).toContainEqual(expect.objectContaining({ kind: 'refresh', refresh: 3, leaseMs: 2_000 }));
  drive.reply(30, { version: 5 });
  expect(drive.state.lease).toMatchObject({ from: drive.at(20), termMs: 2_000 });
  expect(drive.state.sent).toBeNull();
});

test('a shorter T is on record only when no lease with the longer one runs', () => {
  const drive = LeaseDrive.leased();
  drive.send(10, { kind: 'listening', isListening: false });
  expect(drive.send(600, CHECK)[1]).toMatchObject({ kind: 'refresh', leaseMs: 2_000 });
  drive.reply(601);
  expect(drive.kinds(900, CHECK)).toEqual(['join', 'refresh']);
  drive.reply(901);
  expect(drive.send(980, CHECK)[1]).toMatchObject({ kind: 'refresh', leaseMs: 300 });
});

test('with T = 0 each check is answered by a refresh that was sent after it came', () => {
  const drive = LeaseDrive.leased({ listeningLeaseMs: 0, pollingLeaseMs: 0 });
  expect(drive.kinds(1, CHECK)).toEqual(['join', 'refresh']);
  expect(drive.kinds(1, CHECK)).toEqual(['join']);
  expect(drive.reply(2).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'look-up-joined', 'refresh']);
  drive.reply(3);
  expect(drive.kinds(3, CHECK)).toEqual(['join', 'refresh']);
});

test('who stops lets nobody in, then gives up its membership', () => {
  const drive = LeaseDrive.leased();
  drive.send(3_000, CHECK);
  drive.send(3_001, CHECK);
  expect(drive.send(3_002, { kind: 'stop' })).toEqual([
    { kind: 'refuse-joined', refresh: 3, reason: 'stopped' },
    { kind: 'refuse-joined', refresh: 4, reason: 'stopped' },
    { kind: 'leave', memberId: 'n-1' },
  ]);
  expect(drive.send(3_003, CHECK)).toEqual([{ kind: 'refuse', reason: 'stopped' }]);
  expect(drive.send(3_004, bell(9))).toEqual([]);
  expect(unreadiness(drive.state, drive.at(3_004))).toBe('stopped');
});

test('the rows of a doorbell are applied, the sockets closed and the version acknowledged without asking the database [R24]', () => {
  const drive = LeaseDrive.leased();
  expect(drive.send(100, bell(6))).toEqual([
    { kind: 'apply', delta: { ids: ['x'] } },
    { kind: 'close-sockets', delta: { ids: ['x'] } },
    { kind: 'acknowledge', clusterId: CLUSTER, memberId: 'n-1', version: 6 },
  ]);
  expect(drive.send(101, bell(6))).toEqual([{ kind: 'acknowledge', clusterId: CLUSTER, memberId: 'n-1', version: 6 }]);
  expect(drive.kinds(102, bell(9, { since: 4 }))).toEqual(['apply', 'close-sockets', 'acknowledge']);
  expect(drive.state.applied).toBe(9);
});

test('a doorbell does not renew the lease [R21]', () => {
  const drive = LeaseDrive.leased();
  drive.send(1_900, bell(6));
  expect(drive.kinds(1_999, CHECK)).toEqual(['look-up', 'refresh']);
  expect(drive.kinds(2_000, CHECK)).toEqual(['join']);
});

test.for([
  ['leaves a gap', bell(7)],
  ['is of another database', bell(6, { clusterId: 'elsewhere' })],
  ['carries no rows', { ...bell(6), carried: null }],
] as const)('a node asks the database after a doorbell that %s', ([, heard]) => {
  const drive = LeaseDrive.leased();
  expect(drive.kinds(100, heard)).toEqual(['refresh']);
  expect(drive.state.applied).toBe(5);
  expect(drive.reply(101, { version: 7 }).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'acknowledge']);
});

test('a node applies no rows of a doorbell before its first refresh, after a failed one, or while a lost log is repaired [R25]', () => {
  const fresh = new LeaseDrive();
  fresh.send(0, { kind: 'start' });
  expect(fresh.send(1, bell(1))).toEqual([]);
  const cutOff = LeaseDrive.leased();
  cutOff.send(600, CHECK);
  cutOff.send(700, { kind: 'refresh-failed', refresh: 3 });
  expect(cutOff.send(701, bell(6))).toEqual([]);
  const repairing = LeaseDrive.leased();
  repairing.send(600, CHECK);
  repairing.reply(601, { version: 4 });
  expect(repairing.send(602, bell(6))).toEqual([]);
  repairing.send(603, { kind: 'restored' });
  expect(repairing.send(604, bell(1))).toEqual([]);
  expect([fresh, cutOff, repairing].map(({ state }) => state.applied)).toEqual([0, 5, 0]);
});

test('a node that is no member applies the rows of a doorbell, and acknowledges when it is one again', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  drive.reply(601, { isMember: false });
  expect(drive.kinds(602, bell(6))).toEqual(['apply', 'close-sockets']);
  drive.send(603, { kind: 'registered', memberId: 'n-2' });
  expect(drive.reply(604, { version: 6 })).toContainEqual({ kind: 'acknowledge', clusterId: CLUSTER, memberId: 'n-2', version: 6 });
});

test('a doorbell during a refresh takes effect at once, and the older reply takes nothing back [R5]', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.kinds(601, bell(6))).toEqual(['apply', 'close-sockets', 'acknowledge']);
  expect(drive.reply(602, { version: 5 }).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets']);
  expect(drive.state.applied).toBe(6);
  expect(drive.kinds(2_599, CHECK)).toContain('look-up');
});

test('a log that went back behind the rows of a doorbell is noticed at the next refresh [R25]', () => {
  const drive = LeaseDrive.leased();
  drive.send(100, bell(6));
  drive.send(600, CHECK);
  expect(drive.reply(601, { version: 5 })).toContainEqual({ kind: 'restore', version: 6 });
});

test('a refresh that was carried out twice gives no lease and costs no membership, and what it read is applied [R36]', () => {
  const drive = LeaseDrive.leased();
  drive.send(3_000, CHECK);
  expect(drive.reply(3_001, { isRenewed: false, version: 6, delta: { ids: ['x'] } }).map(({ kind }) => kind)).toEqual([
    'apply',
    'close-sockets',
    'look-up-joined',
  ]);
  expect(unreadiness(drive.state, drive.at(3_001))).toBe('unreachable');
  expect(drive.kinds(3_050, CHECK)).toEqual(['join']);
  expect(drive.send(3_101, TICK)).toMatchObject([{ kind: 'refresh', memberId: 'n-1', since: 6 }]);
  drive.reply(3_102);
  expect(drive.kinds(3_103, CHECK)).toEqual(['look-up']);
});

test('a refresh that was carried out twice takes no lease away [R36]', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  drive.reply(601, { isRenewed: false });
  expect(drive.kinds(1_999, CHECK)).toContain('look-up');
  expect(drive.kinds(2_000, CHECK)).toContain('join');
});

test('the lease is what was granted, if that is less than was asked for [R36]', () => {
  const drive = LeaseDrive.leased();
  drive.send(3_000, CHECK);
  drive.reply(3_001, { grantedMs: 400 });
  expect(drive.kinds(3_399, CHECK)).toContain('look-up');
  expect(drive.kinds(3_400, CHECK)).toContain('join');
  drive.reply(3_401, { grantedMs: 0 });
  expect(unreadiness(drive.state, drive.at(3_402))).toBe('standby');
  expect(drive.kinds(3_402, CHECK)).toContain('join');
});

test('a renewal is sent under a lease too, after the one that is under way, and a check may wait for it [R38] [R39]', () => {
  const drive = LeaseDrive.leased();
  expect(drive.kinds(10, { kind: 'renew', isAwaited: false })).toEqual(['refresh']);
  expect(drive.send(11, { kind: 'renew', isAwaited: true })).toEqual([{ kind: 'join', refresh: 4 }]);
  expect(drive.reply(12).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'refresh']);
  expect(drive.reply(13).map(({ kind }) => kind)).toEqual(['apply', 'close-sockets', 'look-up-joined']);
  drive.send(14, { kind: 'stop' });
  expect(drive.send(15, { kind: 'renew', isAwaited: true })).toEqual([{ kind: 'refuse', reason: 'stopped' }]);
  expect(drive.send(15, { kind: 'renew', isAwaited: false })).toEqual([]);
});

test('who is told that its membership is over registers anew, and holds no lease meanwhile [R36]', () => {
  const drive = LeaseDrive.leased();
  drive.send(600, CHECK);
  expect(drive.send(601, { kind: 'expelled', refresh: 9 })).toEqual([]);
  drive.send(601, { kind: 'expelled', refresh: 3 });
  expect(drive.kinds(602, CHECK)).toEqual(['join']);
  expect(drive.send(701, TICK)).toEqual([{ kind: 'register', memberId: 'n-2', leaseMs: 2_000 }]);
});
