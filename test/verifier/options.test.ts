/** Options of a verifier: what is wrong is told at once, and says what to do. */
import { expect, test } from 'vitest';
import { createVerifier, type VerifierOptions } from '../../src/verifier/verifier.js';

const CREDENTIAL = `lkv_${'x'.repeat(43)}`;

test.for<[Record<string, unknown>, RegExp]>([
  [{ url: undefined }, /"url" the URL/],
  [{ url: 'login.example.com' }, /"url" the URL/],
  [{ url: 'http://login.example.com' }, /https/],
  [{ url: 'http://127.0.0.1.example.com' }, /https/],
  [{ url: 'ftp://localhost' }, /https/],
  [{ url: 'https://user:secret@login.example.com' }, /no user, password, query or fragment/],
  [{ url: 'https://login.example.com?x=1' }, /no user, password, query or fragment/],
  [{ credential: undefined }, /latchkey service create/],
  [{ credential: 'lkr_0123456789012345678901234567890123456789012' }, /latchkey service create/],
  [{ credential: `${CREDENTIAL} ` }, /latchkey service create/],
  [{ audience: '' }, /"audience"/],
  [{ issuer: '' }, /"issuer"/],
  [{ mode: 'lax' }, /"mode"/],
  [{ mode: { bounded: 0 } }, /"mode.bounded" a number from 1 to 3600/],
  [{ algorithms: [] }, /"algorithms"/],
  [{ algorithms: ['HS256'] }, /"algorithms"/],
  [{ clockToleranceSeconds: 61 }, /"clockToleranceSeconds" a number from 0 to 60/],
  [{ leaseMs: 99 }, /"leaseMs"/],
  [{ requestTimeoutMs: Number.NaN }, /"requestTimeoutMs"/],
  [{ log: {} }, /"log"/],
  [{ fetch: 1 }, /"fetch"/],
  [{ clock: {} }, /"clock"/],
  [{ lease: 1 }, /does not know the option "lease"/],
])('%o', async ([wrong, message]) => {
  const options = { url: 'https://login.example.com', credential: CREDENTIAL, audience: 'orders', ...wrong } as VerifierOptions;
  const error = await createVerifier(options).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(message);
  expect(String(error)).not.toContain('xxxx');
  expect(String(error)).not.toContain('secret@');
});
