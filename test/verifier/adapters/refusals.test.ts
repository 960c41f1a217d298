/** What the adapters say is what the login server says: clients need to understand one language only. */
import { expect, test } from 'vitest';
import { LatchkeyError } from '../../../src/lib/errors.js';
import { closeCodeOf, type Refusal, refusalOfCaller, refusalOfVerdict } from '../../../src/verifier/adapters/refusal.js';

const said = (refusal: Refusal | null) => ({ message: refusal?.message, extensions: refusal?.extensions });
const ours = ({ message, extensions }: LatchkeyError) => ({ message, extensions });

test('reasons, texts and fields are those of the login server', () => {
  for (const reason of ['TOKEN_MISSING', 'TOKEN_INVALID', 'TOKEN_EXPIRED'] as const) {
    expect(said(refusalOfCaller({ kind: 'anonymous', reason, sessionEnded: null }))).toEqual(ours(LatchkeyError.unauthenticated(reason)));
  }
  for (const sessionEnded of [true, false, null]) {
    const refusal = refusalOfCaller({ kind: 'anonymous', reason: 'TOKEN_REVOKED', sessionEnded });
    expect(said(refusal)).toEqual(ours(LatchkeyError.unauthenticated('TOKEN_REVOKED', sessionEnded)));
  }
  expect(said(refusalOfCaller({ kind: 'unknown', retryAfter: 7 }))).toEqual(ours(LatchkeyError.unavailable(null, 7)));
  expect(said(refusalOfVerdict('revoked'))).toEqual(ours(LatchkeyError.unauthenticated('TOKEN_REVOKED')));
  expect(refusalOfVerdict('live')).toBeNull();
});

test('the close codes are those of docs/subscriptions.md', () => {
  const codeOf = (refusal: Refusal | null) => refusal && closeCodeOf(refusal);
  expect(codeOf(refusalOfCaller({ kind: 'anonymous', reason: 'TOKEN_REVOKED', sessionEnded: true }))).toBe(4401);
  expect(codeOf(refusalOfCaller({ kind: 'anonymous', reason: 'TOKEN_REVOKED', sessionEnded: false }))).toBe(4403);
  expect(codeOf(refusalOfCaller({ kind: 'anonymous', reason: 'TOKEN_INVALID', sessionEnded: null }))).toBe(4401);
  expect(codeOf(refusalOfVerdict('expired'))).toBe(4403);
  expect(codeOf(refusalOfVerdict('unknown'))).toBe(1013);
});
