/** The contract that every adapter for plain routes passes: `/hello` is public, `/me` needs a token, `/secret` a role. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LoginServer, startLoginServer, type User } from './login-server.js';
import { outcomeOf, type ServiceParts } from './services.js';
import { createTicks } from './ticks.js';

export interface RouteKind {
  readonly name: string;
  /** @returns `http://127.0.0.1:…` */
  serve(parts: ServiceParts): Promise<string>;
}

async function start(kind: RouteKind, options: Parameters<LoginServer['follow']>[0] = {}) {
  const login = await startLoginServer();
  const verifier = await login.follow(options);
  const url = await kind.serve({ verifier, ticks: createTicks(), logOut: (token) => login.end(token) });
  const user = await login.registerUser();
  const ask = async (path: string, token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}${path}`, { headers: headers as Record<string, string> });
    // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it must be
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  };
  return { login, url, user, ask };
}

export function passesRouteContract(kind: RouteKind): void {
  describe(`${kind.name} keeps the contract`, () => {
    test('who has a live token is served; strangers get what is public, and are told how to log in', async () => {
      const { login, user, ask } = await start(kind);
      expect(await ask('/me', user.accessToken)).toMatchObject({ status: 200, body: { me: user.id } });
      expect(await ask('/hello')).toMatchObject({ status: 200, body: { hello: 'hello' } });
      const refused = await ask('/me');
      expect([refused.status, outcomeOf(refused.body)]).toEqual([401, 'UNAUTHENTICATED TOKEN_MISSING']);
      expect(refused.headers.get('www-authenticate')).toBe('Bearer');
      expect(refused.headers.get('cache-control')).toBe('no-store');
      expect((await ask('/me', 'eyJ.eyJ.x')).headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      const forbidden = await ask('/secret', user.accessToken);
      expect([forbidden.status, outcomeOf(forbidden.body)]).toEqual([403, 'FORBIDDEN']);
      expect((await ask('/secret', login.admin.accessToken)).body).toEqual({ secret: 'secret' });
    });

    const ends: readonly [string, (login: LoginServer, user: User) => Promise<void>][] = [
      ['a logout', (login, user) => login.end(user.accessToken)],
      ['a change of roles', (login, user) => login.changeRoles(user)],
      ['disabling the user', (login, user) => login.disable(user)],
      ['a change of the password', (login, user) => login.changePassword(user)],
    ];
    test.each(ends)('after the answer to %s the next request is refused', async (_name, end) => {
      const { login, user, ask } = await start(kind);
      expect((await ask('/me', user.accessToken)).status).toBe(200);
      await end(login, user);
      const { status, body } = await ask('/me', user.accessToken);
      expect(status).toBe(401);
      expect(outcomeOf(body)).toContain('UNAUTHENTICATED TOKEN_REVOKED');
    });

    test('an expired token and a token for another service are refused', async () => {
      const { login, user, ask } = await start(kind);
      const seconds = Math.floor(Date.now() / 1000);
      const expired = await login.resign(user.accessToken, { iat: seconds - 900, exp: seconds - 1 });
      expect(outcomeOf((await ask('/me', expired)).body)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
      const foreign = await login.resign(user.accessToken, { aud: ['billing'] });
      expect(outcomeOf((await ask('/me', foreign)).body)).toBe('UNAUTHENTICATED TOKEN_INVALID');
    });

    test('two Authorization headers are refused', async () => {
      const { url, user } = await start(kind);
      expect(await statusOfTwo(`${url}/me`, user.accessToken)).toBe(401);
    });

    test('without the login server nobody is served after the lease, and nobody is told to log in', async () => {
      const { login, user, ask } = await start(kind);
      await login.app.close();
      let answer = await ask('/me', user.accessToken);
      while (answer.status === 200) {
        await wait(20);
        answer = await ask('/me', user.accessToken);
      }
      expect(answer.status).toBe(503);
      expect(outcomeOf(answer.body)).toContain('AUTH_UNAVAILABLE');
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await ask('/me', user.accessToken)).status).toBe(503);
      expect((await ask('/hello')).status).toBe(200);
    });
  });
}

/** fetch would join the two headers. */
async function statusOfTwo(url: string, token: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const sent = request(url, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.setHeader('authorization', [`Bearer ${token}`, 'Bearer other'] as never);
    sent.end();
  });
}
