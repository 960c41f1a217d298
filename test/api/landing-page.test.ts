/** The document that an explorer shows first: every operation in it runs as it stands. */
import { expect, test } from 'vitest';
import { LOGIN_FLOW, LOGIN_HEADERS } from '../../src/http/login-flow.js';
import { startApp } from '../support/app/start-app.js';

test('every operation of the ready document runs as it stands, with the placeholder for a token too', async () => {
  const app = await startApp();
  const run = async (operationName: string, authorization: string) => {
    const response = await app.app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', authorization },
      payload: JSON.stringify({ query: LOGIN_FLOW, operationName }),
    });
    expect(response.statusCode).toBe(200);
    return response.json();
  };
  const { register } = (await run('Register', LOGIN_HEADERS.Authorization)).data;
  expect(register).toMatchObject({ accessToken: expect.stringContaining('.'), userErrors: [] });
  const { login } = (await run('Login', LOGIN_HEADERS.Authorization)).data;
  expect(login.userErrors).toEqual([]);
  const authorization = LOGIN_HEADERS.Authorization.replace('<accessToken>', login.accessToken);
  expect((await run('Me', authorization)).data.me.email).toBe('ada@example.com');
  expect((await run('Logout', authorization)).data.logout.endedSessions).toBe(1);
  expect((await run('Me', authorization)).errors[0].extensions.reason).toBe('TOKEN_REVOKED');
});
