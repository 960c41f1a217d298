/** What `logout` ends, and what it leaves alone. */
import { expect, test } from 'vitest';
import { startApp } from '../support/start-app.js';

test('a revoked token is refused on the next request [R4]', async () => {
  const { register, send, ask } = await startApp();
  const { accessToken } = await register();
  expect(await ask(accessToken)).toBe('ok');
  const { data } = await send('mutation { logout { loggedOutAt endedSessions userErrors { code } } }', { token: accessToken });
  expect(data.logout).toEqual({ loggedOutAt: '2030-01-01T12:00:00.000Z', endedSessions: 1, userErrors: [] });
  expect(await ask(accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
});

test('a field after logout in the same operation is refused [R2]', async () => {
  const { register, send } = await startApp();
  const { accessToken, sid } = await register();
  const query = `mutation { a: logout { endedSessions } b: revokeSession(input: { sessionId: "${sid}" }) { session { id } } }`;
  const { data, errors, status } = await send(query, { token: accessToken });
  expect(status).toBe(200);
  expect(data).toEqual({ a: { endedSessions: 1 }, b: null });
  expect(errors?.[0]?.extensions).toEqual({ code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' });
});
