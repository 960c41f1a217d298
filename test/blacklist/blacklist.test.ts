/** `latchkey/blacklist` on SQLite: one process that owns the file. */
import { expect, test } from 'vitest';
import { inAnHour, newFile, open } from '../support/blacklist/blacklists.js';

test('a revoked token is refused as soon as revoke has answered, and no other is [R4] [R14]', async () => {
  const blacklist = await open(newFile());
  const expiresAt = inAnHour();
  expect(blacklist.isRevoked({ jti: 'a', expiresAt })).toBe(false);
  expect(await blacklist.revoke({ jti: 'a', expiresAt })).toMatchObject({ by: 'single-node', nodes: 1 });
  expect(blacklist.isRevoked({ jti: 'a', expiresAt })).toBe(true);
  expect(blacklist.isRevoked({ jti: 'b', expiresAt })).toBe(false);
  expect(blacklist.status).toEqual({ mode: 'memory', revokedIds: 1, version: 1, leaseAgeSeconds: null, isListening: null, fault: null });
});
