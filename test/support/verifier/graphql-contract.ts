/** The contract that every adapter for GraphQL passes, on a real server of its kind and a real login server. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LoginServer, startLoginServer, type User } from './login-server.js';
import { askService, type Kind, openServiceStream, outcomeOf, type ServiceStream } from './services.js';
import { createTicks } from './ticks.js';

async function start(kind: Kind, options: Parameters<LoginServer['follow']>[0] = {}) {
  const login = await startLoginServer();
  const verifier = await login.follow(options);
  const ticks = createTicks();
  const url = await kind.serve({ verifier, ticks, logOut: (token) => login.end(token) });
  const user = await login.registerUser();
  const ask = (query: string, token?: string, variables?: object) => askService(url, query, token, variables);
  const listen = async (token: string): Promise<ServiceStream> => {
    const before = ticks.listeners;
    const stream = await openServiceStream(kind, url, token);
    await ticks.untilListeners(before + 1);
    return stream;
  };
  return { login, url, ticks, user, ask, listen };
}

/** How a stream ends whose session or token is over. */
const endOf = (kind: Kind, code: number, reason: string, more = '') =>
  kind.streams === 'websocket' ? `${code} ${reason}` : `UNAUTHENTICATED ${reason}${more}`;

export function passesContract(kind: Kind): void {
  const statusOf = (status: number) => (kind.hasStatus ? status : 200);

  describe(`${kind.name} keeps the contract`, () => {
    test('who has a live token is served, with the claims of the token; strangers get what is public only', async () => {
      const { user, ask } = await start(kind);
      expect((await ask('{ hello me }', user.accessToken)).body).toEqual({ data: { hello: 'hello', me: user.id } });
      expect((await ask('{ hello }')).body).toEqual({ data: { hello: 'hello' } });
      const refused = await ask('{ me }');
      expect(outcomeOf(refused.body)).toBe('UNAUTHENTICATED TOKEN_MISSING');
      expect(refused.body.data).toEqual({ me: null });
      expect(refused.status).toBe(statusOf(401));
      expect(outcomeOf((await ask('{ me }', 'eyJ.eyJ.x')).body)).toBe('UNAUTHENTICATED TOKEN_INVALID');
    });

    test('a role that is missing is refused, and a new login is not asked for', async () => {
      const { login, user, ask } = await start(kind);
      expect(outcomeOf((await ask('{ secret }', user.accessToken)).body)).toBe('FORBIDDEN');
      expect((await ask('{ secret }', login.admin.accessToken)).body).toEqual({ data: { secret: 'secret' } });
    });

    test('after the answer to a logout the next request is refused', async () => {
      const { login, user, ask } = await start(kind);
      await login.end(user.accessToken);
      expect(outcomeOf((await ask('{ me }', user.accessToken)).body)).toBe('UNAUTHENTICATED TOKEN_REVOKED ended=true');
    });

    test('the next field of the same operation is refused, if the one before it logged out', async () => {
      const { user, ask } = await start(kind);
      const { status, body } = await ask('mutation($t: String!) { before logOut(token: $t) after }', user.accessToken, {
        t: user.accessToken,
      });
      expect(body.data).toEqual({ before: 'before', logOut: 'logged out', after: null });
      expect(body.errors).toMatchObject([{ path: ['after'] }]);
      expect(outcomeOf(body)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
      // The fields before have been answered.
      expect(status).toBe(200);
    });

    test('an open subscription ends before the logout answers, and no event follows', async () => {
      const { login, user, ticks, listen } = await start(kind);
      const stream = await listen(user.accessToken);
      ticks.publish(1111);
      await stream.hear('1111');
      await login.end(user.accessToken);
      expect(ticks.listeners).toBe(0);
      ticks.publish(2222);
      expect(await stream.ended).toBe(endOf(kind, 4401, 'TOKEN_REVOKED', ' ended=true'));
      expect(stream.text()).not.toContain('2222');
    });

    const ends: readonly [string, (login: LoginServer, user: User) => Promise<void>][] = [
      ['a change of roles', (login, user) => login.changeRoles(user)],
      ['disabling the user', (login, user) => login.disable(user)],
      ['a change of the password', (login, user) => login.changePassword(user)],
    ];
    test.each(ends)('after %s the token is refused, and its subscription has ended', async (_name, end) => {
      const { login, user, ticks, ask, listen } = await start(kind);
      const other = await login.registerUser();
      const stream = await listen(user.accessToken);
      await listen(other.accessToken);
      await end(login, user);
      expect(ticks.listeners).toBe(1);
      expect(outcomeOf((await ask('{ me }', user.accessToken)).body)).toContain('UNAUTHENTICATED TOKEN_REVOKED');
      expect(await stream.ended).toContain('TOKEN_REVOKED');
      expect((await ask('{ me }', other.accessToken)).body).toEqual({ data: { me: other.id } });
    });

    test('an expired token is refused, and a subscription ends when its token expires', async () => {
      const { login, user, ask, listen } = await start(kind);
      const seconds = Math.floor(Date.now() / 1000);
      const expired = await login.resign(user.accessToken, { iat: seconds - 900, exp: seconds - 1 });
      expect(outcomeOf((await ask('{ me }', expired)).body)).toBe('UNAUTHENTICATED TOKEN_EXPIRED');
      // Long enough for a subscription to begin on a busy machine: what is waited for is its end.
      const short = await login.resign(user.accessToken, { exp: Math.floor(Date.now() / 1000) + 5 });
      const stream = await listen(short);
      expect(await stream.ended).toBe(endOf(kind, 4403, 'TOKEN_EXPIRED'));
    });

    test('a token for another service is refused', async () => {
      const { user, ask } = await start(kind, { audience: 'billing' });
      expect(outcomeOf((await ask('{ me }', user.accessToken)).body)).toBe('UNAUTHENTICATED TOKEN_INVALID');
    });

    test('without the login server nobody is served after the lease, and nobody is told to log in', async () => {
      const { login, user, ask, listen } = await start(kind);
      const stream = await listen(user.accessToken);
      await login.app.close();
      const outcomes = new Set<string>();
      for (;;) {
        const { status, headers, body } = await ask('{ me }', user.accessToken);
        const outcome = outcomeOf(body);
        outcomes.add(outcome.replace(/=\d+/, '=n'));
        if (outcome !== 'ok') {
          expect(status).toBe(statusOf(503));
          if (kind.hasStatus) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
          break;
        }
        await wait(20);
      }
      expect(outcomeOf((await ask('{ me }', user.accessToken)).body)).toContain('AUTH_UNAVAILABLE');
      expect([...outcomes].filter((outcome) => outcome !== 'ok')).toEqual(['AUTH_UNAVAILABLE after=n']);
      expect((await ask('{ hello }', user.accessToken)).body).toEqual({ data: { hello: 'hello' } });
      expect(await stream.ended).toContain('AUTH_UNAVAILABLE');
    });
  });
}
