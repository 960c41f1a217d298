/** The history checker reports each kind of wrong history, and accepts every history that sound nodes can produce. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Covered, Operation, Outcome } from './history.js';
import { findViolations } from './history-checker.js';

/** W of the protocol in these histories. */
const W = 10;
const BASE = { node: 0, user: 'ada', sid: 'one', told: '', isFinal: false, accepts: false, covered: null };

type Given = Partial<Operation>;

function login(sentAt: number, answeredAt: number, given: Given = {}): Operation {
  return { ...BASE, kind: 'login', outcome: 'done', sentAt, answeredAt, ...given };
}

function check(sentAt: number, answeredAt: number, outcome: Outcome, given: Given = {}): Operation {
  return { ...BASE, kind: 'check', accepts: true, sentAt, answeredAt, outcome, ...given };
}

function logout(sentAt: number, answeredAt: number, outcome: Outcome = 'done', given: Given = {}): Operation {
  return { ...BASE, kind: 'logout', covered: { kind: 'session', sid: 'one' }, sentAt, answeredAt, outcome, ...given };
}

const ofUser = (but: string | null = null): Covered => ({ kind: 'user', user: 'ada', but });
const kindsIn = (...history: Operation[]) => findViolations(history, W).map(({ kind }) => kind);

test('a check that was sent after the answer of a logout and is accepted is a stale accept', () => {
  expect(kindsIn(login(0, 1), logout(2, 3), check(4, 5, 'done'))).toEqual(['stale accept']);
  expect(kindsIn(login(0, 1), logout(2, 3), check(4, 5, 'done', { kind: 'refresh' }))).toEqual(['stale accept']);
  expect(kindsIn(login(0, 1), logout(2, 3, 'done', { sid: 'two' }), check(4, 5, 'done', { node: 2 }))).toEqual(['stale accept']);
});

test('a check that was sent before the answer may go either way, and so may one after a logout that nobody confirmed', () => {
  expect(kindsIn(login(0, 1), logout(2, 8), check(7, 9, 'done'), check(3, 4, 'revoked', { node: 1 }))).toEqual([]);
  for (const outcome of ['unconfirmed', 'no-answer'] as const) {
    expect(kindsIn(login(0, 1), logout(2, 3, outcome), check(4, 5, 'done'), check(60, 61, 'revoked'))).toEqual([]);
  }
});

test('a refusal before any logout was sent that may cover it is a false revocation', () => {
  expect(kindsIn(login(0, 1), check(2, 3, 'revoked'), logout(4, 5))).toEqual(['false revocation']);
  expect(kindsIn(login(0, 1), check(2, 3, 'revoked', { kind: 'refresh' }))).toEqual(['false revocation']);
  expect(kindsIn(login(0, 1), logout(2, 3, 'done', { covered: { kind: 'session', sid: 'two' } }), check(4, 5, 'revoked'))).toEqual([
    'false revocation',
  ]);
});

test('a logout that has surely not happened excuses nothing', () => {
  for (const outcome of ['unavailable', 'not-sent', 'rate-limited', 'revoked'] as const) {
    expect(kindsIn(login(0, 1), logout(2, 3, outcome), check(4, 5, 'revoked'))).toContain('false revocation');
  }
});

test('a token that a login has answered and that nobody knows is a lost login', () => {
  expect(kindsIn(login(0, 1), check(2, 3, 'unauthenticated', { node: 1 }))).toEqual(['lost login']);
});

test('refused and then accepted is flapping: by the same node at once, by another one when every lease has run out', () => {
  const begun = [login(0, 1), logout(2, 90), check(3, 4, 'revoked')];
  expect(kindsIn(...begun, check(5, 6, 'done'))).toEqual(['flapping']);
  expect(kindsIn(...begun, check(5, 6, 'done', { node: 1 }))).toEqual([]);
  expect(kindsIn(...begun, check(4 + W + 1, 20, 'done', { node: 1 }))).toEqual(['flapping']);
  expect(kindsIn(...begun, check(3, 6, 'done'))).toEqual([]);
});

test('a refresh that is refused by the database does not bind the memory of its node before every lease has run out', () => {
  const begun = [login(0, 1), logout(2, 90), check(3, 4, 'revoked', { kind: 'refresh' })];
  expect(kindsIn(...begun, check(5, 6, 'done'))).toEqual([]);
  expect(kindsIn(...begun, check(4 + W + 1, 20, 'done'))).toEqual(['flapping']);
});

test('after the last restart a logout is in force, a live session is alive, and the nodes agree on the rest', () => {
  const last = { isFinal: true };
  expect(kindsIn(login(0, 1), logout(2, 3), check(4, 5, 'done', last))).toEqual(['durability']);
  expect(kindsIn(login(0, 1), check(4, 5, 'revoked', last))).toEqual(['durability']);
  expect(kindsIn(login(0, 1), logout(2, 3, 'no-answer'), check(4, 5, 'revoked', last))).toEqual([]);
  expect(kindsIn(login(0, 1), logout(2, 3, 'no-answer'), check(6, 7, 'done', last), check(4, 8, 'revoked', { ...last, node: 1 }))).toEqual([
    'durability',
    'durability',
  ]);
  expect(kindsIn(login(0, 1), check(4, 5, 'unavailable', last), check(6, 7, 'done', last))).toEqual([]);
});

test('a code that no client should see is found, wherever it comes from', () => {
  expect(kindsIn(login(0, 1, { outcome: 'strange', sid: '' }), check(2, 3, 'strange'))).toEqual(['strange answer', 'strange answer']);
});

test('a logout of all sessions covers those that were there, and perhaps those that came meanwhile', () => {
  const all = logout(10, 20, 'done', { sid: 'two', covered: ofUser(), accepts: true });
  expect(kindsIn(login(0, 1), login(2, 3, { sid: 'two' }), all, check(21, 22, 'done'))).toEqual(['stale accept']);
  expect(kindsIn(login(0, 12), login(2, 3, { sid: 'two' }), all, check(21, 22, 'done'))).toEqual([]);
  expect(kindsIn(login(0, 12), login(2, 3, { sid: 'two' }), all, check(21, 22, 'revoked'))).toEqual([]);
  expect(kindsIn(login(21, 22), login(2, 3, { sid: 'two' }), all, check(23, 24, 'revoked'))).toEqual(['false revocation']);
  expect(kindsIn(login(0, 1, { user: 'bob' }), all, check(21, 22, 'revoked', { user: 'bob' }))).toEqual(['false revocation']);
});

test('a logout of all others spares its own session, and another one of them does not', () => {
  const others = (sid: string, from: number) => logout(from, from + 1, 'done', { sid, covered: ofUser(sid), accepts: true });
  const begun = [login(0, 1), login(0, 1, { sid: 'two' }), others('one', 10)];
  expect(kindsIn(...begun, check(12, 13, 'done'), check(12, 13, 'revoked', { sid: 'two' }))).toEqual([]);
  expect(kindsIn(...begun, check(12, 13, 'revoked'), check(12, 13, 'done', { sid: 'two' }))).toEqual(['false revocation', 'stale accept']);
  expect(kindsIn(login(0, 1), others('one', 10), others('two', 20), check(22, 23, 'done'))).toEqual(['stale accept']);
});

test('a dead token that logs others out is a stale accept as well; a logout of the own session always works', () => {
  expect(kindsIn(login(0, 1), logout(2, 3), logout(4, 5, 'done', { covered: ofUser('one'), accepts: true }))).toEqual(['stale accept']);
  expect(kindsIn(login(0, 1), logout(2, 3), logout(4, 5))).toEqual([]);
});

/** Histories of nodes with a single memory: each operation takes effect at one instant between its request and its answer. */
const soundHistory = fc
  .array(
    fc.record({
      kind: fc.constantFrom('check', 'session', 'all', 'others', 'login'),
      sid: fc.nat(4),
      other: fc.nat(4),
      node: fc.nat(2),
      before: fc.integer({ min: 1, max: 30 }),
      after: fc.integer({ min: 1, max: 30 }),
      isTold: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    const alive = new Map<string, boolean>();
    return steps.map(({ kind, sid: number, other, node, before, after, isTold }, index): Operation => {
      const at = index * 7;
      const sid = kind === 'login' ? `fresh-${index}` : `s${number}`;
      const common = { ...BASE, sid, node, sentAt: at - before, answeredAt: at + after };
      const told = isTold ? 'done' : 'no-answer';
      if (kind === 'login' || !alive.has(sid)) {
        alive.set(sid, true);
        return { ...common, kind: 'login', outcome: 'done' };
      }
      if (kind === 'check') return { ...common, kind, accepts: true, outcome: alive.get(sid) ? 'done' : 'revoked' };
      if (kind === 'session') {
        const target = alive.has(`s${other}`) ? `s${other}` : sid;
        alive.set(target, false);
        return { ...common, kind: 'logout', covered: { kind: 'session', sid: target }, outcome: told };
      }
      if (!alive.get(sid)) return { ...common, kind: 'logout', accepts: true, covered: ofUser(), outcome: 'revoked' };
      for (const each of alive.keys()) if (kind === 'all' || each !== sid) alive.set(each, false);
      return { ...common, kind: 'logout', accepts: true, covered: ofUser(kind === 'all' ? null : sid), outcome: told };
    });
  });

test('nothing is found where every operation took effect at one instant, whatever the order of the answers', () => {
  fc.assert(
    fc.property(soundHistory, fc.nat(), (history, seed) => {
      const shuffled = [...history].sort((one, two) => ((one.sentAt * 31 + seed) % 17) - ((two.sentAt * 31 + seed) % 17));
      expect(findViolations(shuffled, W)).toEqual([]);
    }),
  );
});

test('an accept that is added after an answered logout is always found', () => {
  fc.assert(
    fc.property(soundHistory, fc.nat(), (history, choice) => {
      const answered = history.filter(
        ({ kind, outcome, covered }) => kind === 'logout' && outcome === 'done' && covered?.kind === 'session',
      );
      const chosen = answered[choice % Math.max(answered.length, 1)];
      if (chosen?.covered?.kind !== 'session') return;
      const stale = check(chosen.answeredAt + 1, chosen.answeredAt + 2, 'done', { sid: chosen.covered.sid, node: 3 });
      expect(findViolations([...history, stale], W)).toEqual([{ kind: 'stale accept', operation: stale }]);
    }),
  );
});
