/** `@Authorized("ADMIN")`: a user without the role is authenticated but refused. */
import 'reflect-metadata';
import { Authorized, Query, Resolver } from 'type-graphql';
import { expect, test } from 'vitest';
import { PASSWORD } from '../support/app/requests.js';
import { startApp, type TestApp } from '../support/app/start-app.js';

@Resolver()
class VaultResolver {
  @Authorized('ADMIN')
  @Query(() => String, { nullable: true })
  vault(): string {
    return 'gold';
  }

  @Authorized('AUDITOR', 'ADMIN')
  @Query(() => String, { nullable: true })
  books(): string {
    return 'open';
  }
}

const ADMIN = 'root@example.com';

async function startWithAdmin(): Promise<TestApp> {
  const app = await startApp({ resolvers: [VaultResolver] });
  await app.app.administration.createUser({ email: ADMIN, password: PASSWORD, admin: true });
  return app;
}

async function open({ send }: TestApp, field: string, token?: string): Promise<string> {
  const { data, errors } = await send(`{ ${field} }`, { token });
  const { code, reason } = errors?.[0]?.extensions ?? {};
  return data[field] ?? [code, reason].filter(Boolean).join(' ');
}

test('a role that is asked for is needed, one of several is enough', async () => {
  const app = await startWithAdmin();
  const admin = await app.login(ADMIN);
  const other = await app.register();
  expect([await open(app, 'vault', admin.accessToken), await open(app, 'books', admin.accessToken)]).toEqual(['gold', 'open']);
  expect([await open(app, 'vault', other.accessToken), await open(app, 'books', other.accessToken)]).toEqual(['FORBIDDEN', 'FORBIDDEN']);
});

test('a caller who is not known, or no longer, is told that first, whatever the roles', async () => {
  const app = await startWithAdmin();
  const admin = await app.login(ADMIN);
  const other = await app.register();
  expect(await open(app, 'vault')).toBe('UNAUTHENTICATED TOKEN_MISSING');
  for (const { accessToken } of [admin, other]) {
    await app.send('mutation { logout { endedSessions } }', { token: accessToken });
    expect(await open(app, 'vault', accessToken)).toBe('UNAUTHENTICATED TOKEN_REVOKED');
  }
});

test('a refresh carries the roles on', async () => {
  const app = await startWithAdmin();
  const { tokens } = await app.refresh((await app.login(ADMIN)).refreshToken);
  expect(await open(app, 'vault', tokens?.accessToken)).toBe('gold');
});
