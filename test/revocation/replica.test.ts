/** What a process knows of the blacklist, and when it must answer that it does not know. */
import { expect, test } from 'vitest';
import { type LogDelta, Replica } from '../../src/revocation/memory/replica.js';

const TOKEN = { jti: 'jti', sid: 'sid', kid: 'key', gen: 1, exp: 1_000 };

function delta({
  since = 0,
  version = 0,
  generation = 1,
  sessionsSince = 0,
  prunedBefore = 0,
  ids = [] as string[],
  until = 9_000_000,
} = {}): LogDelta {
  const rows = ids.map((id) => ({ id, revokedUntil: new Date(until) }));
  return { since, state: { version, generation, sessionsSince, prunedBefore: new Date(prunedBefore) }, rows };
}

function replicaWith(...deltas: LogDelta[]): Replica {
  const replica = new Replica();
  for (const each of deltas) replica.apply(each);
  return replica;
}

const UNAVAILABLE = expect.objectContaining({ code: 'AUTH_UNAVAILABLE' });

test('before anything was loaded nothing is known, and nobody gets in [R6] [R8]', () => {
  const replica = new Replica();
  expect(replica.isKnown).toBe(false);
  expect(() => replica.verdictOn(TOKEN)).toThrow(UNAVAILABLE);
  expect(() => replica.verdictWithoutList(TOKEN)).toThrow(UNAVAILABLE);
});

test('a token is revoked by its sid or by its jti, and by nothing else [R14]', () => {
  expect(replicaWith(delta()).verdictOn(TOKEN)).toBe('live');
  expect(replicaWith(delta({ ids: ['sid'], version: 1 })).verdictOn(TOKEN)).toBe('session-revoked');
  expect(replicaWith(delta({ ids: ['jti'], version: 1 })).verdictOn(TOKEN)).toBe('token-revoked');
  expect(replicaWith(delta({ ids: ['key'], version: 1 })).verdictOn(TOKEN)).toBe('token-revoked');
  expect(replicaWith(delta({ ids: ['other', 'SID'], version: 1 })).verdictOn(TOKEN)).toBe('live');
  expect(replicaWith(delta({ ids: ['sid'], version: 1 })).verdictWithoutList(TOKEN)).toBe('live');
});

test('a token of any other generation is revoked', () => {
  const replica = replicaWith(delta({ generation: 2 }));
  expect([1, 2, 3].map((gen) => replica.verdictOn({ ...TOKEN, gen }))).toEqual(['token-revoked', 'live', 'generation-revoked']);
  expect(replica.generation).toBe(2);
});

test('if a session has ended, that counts more than whatever else revoked its token [R31]', () => {
  const replica = replicaWith(delta({ ids: ['sid', 'jti', 'key'], version: 1, generation: 2 }));
  expect(replica.verdictOn(TOKEN)).toBe('session-revoked');
  expect(replica.verdictOn({ ...TOKEN, sid: 'other' })).toBe('token-revoked');
  expect(replica.verdictOn({ ...TOKEN, sid: 'other', gen: 2 })).toBe('token-revoked');
});

test('a token from before the end of all sessions has lost its session, one of a later generation has not [R17] [R31]', () => {
  const replica = replicaWith(delta({ generation: 4, sessionsSince: 3 }));
  const verdicts = [1, 2, 3, 4, 5].map((gen) => replica.verdictOn({ ...TOKEN, gen }));
  expect(verdicts).toEqual(['session-revoked', 'session-revoked', 'token-revoked', 'live', 'generation-revoked']);
});

test('a token that expired before what was pruned is refused, to the millisecond [R7]', () => {
  expect(replicaWith(delta({ prunedBefore: 999_999 })).verdictOn(TOKEN)).toBe('live');
  expect(replicaWith(delta({ prunedBefore: 1_000_000 })).verdictOn(TOKEN)).toBe('expired');
  expect(replicaWith(delta({ prunedBefore: 1_000_000, ids: ['sid'], version: 1 })).verdictOn(TOKEN)).toBe('expired');
});

test('a delta that comes late takes nothing back [R5]', () => {
  const newer = delta({ version: 5, generation: 2, prunedBefore: 900_000, ids: ['sid'] });
  const older = delta({ version: 3, generation: 1, prunedBefore: 100, ids: ['other'] });
  const replica = replicaWith(newer, older);
  expect([replica.version, replica.generation, replica.size]).toEqual([5, 2, 2]);
  expect(replica.verdictOn({ ...TOKEN, gen: 2 })).toBe('session-revoked');
  expect(replica.verdictOn({ ...TOKEN, sid: 'x', kid: 'key', gen: 2, exp: 900 })).toBe('expired');
  expect(replica.isKnown).toBe(true);
});

test('a log that went back is another database: nothing is known any more [R8]', () => {
  const replica = replicaWith(delta({ version: 5 }));
  expect(() => replica.apply(delta({ since: 5, version: 4 }))).toThrow(UNAVAILABLE);
  expect(replica.isKnown).toBe(false);
  expect(() => replica.verdictOn(TOKEN)).toThrow(UNAVAILABLE);
  replica.apply(delta({ since: 5, version: 5 }));
  expect(replica.verdictOn(TOKEN)).toBe('live');
});

test('what is lost is unknown until something was applied again, and what was revoked stays revoked [R8]', () => {
  const replica = replicaWith(delta({ version: 1, ids: ['sid'] }));
  replica.lose();
  expect(replica.isKnown).toBe(false);
  expect(() => replica.verdictOn(TOKEN)).toThrow(UNAVAILABLE);
  replica.apply(delta({ since: 1, version: 1 }));
  expect(replica.verdictOn(TOKEN)).toBe('session-revoked');
});

test('forgetting drops dead ids, and remembers how far it went [R7]', () => {
  const replica = replicaWith(delta({ version: 1, ids: ['sid'], until: 1_180_000 }));
  replica.forgetUntil(1_179_999, 999_999);
  expect([replica.size, replica.verdictOn(TOKEN)]).toEqual([1, 'session-revoked']);
  replica.forgetUntil(1_180_000, 1_000_000);
  expect([replica.size, replica.verdictOn(TOKEN)]).toEqual([0, 'expired']);
  replica.forgetUntil(0, 0);
  expect(replica.verdictOn(TOKEN)).toBe('expired');
});
