/** The caller that the door makes of a token, as a public field sees it: the context builder has checked before any field runs. */
import 'reflect-metadata';
import { Ctx, Query, Resolver } from 'type-graphql';
import { expect, test } from 'vitest';
import type { RequestContext } from '../../src/app.js';
import { startApp, type TestApp } from '../support/app/start-app.js';

@Resolver()
class CallerResolver {
  @Query(() => String, { nullable: true })
  caller(@Ctx() { caller }: RequestContext): string {
    return [caller.kind, caller.kind === 'anonymous' ? caller.reason : null, caller.token?.sid ?? null].join(' ').trim();
  }
}

async function callerOf({ send }: TestApp, token?: string): Promise<string> {
  return (await send('{ caller }', { token })).data.caller;
}

test('a public field knows who calls, and why somebody is nobody [R1]', async () => {
  const app = await startApp({ resolvers: [CallerResolver] });
  const { accessToken, refreshToken, sid } = await app.register();
  expect(await callerOf(app)).toBe('anonymous TOKEN_MISSING');
  expect(await callerOf(app, refreshToken)).toBe('anonymous TOKEN_INVALID');
  expect(await callerOf(app, accessToken)).toBe(`authenticated  ${sid}`);
  app.clock.advance(15 * 60 + 5);
  expect(await callerOf(app, accessToken)).toBe(`anonymous TOKEN_EXPIRED ${sid}`);
});

test('a revoked token makes nobody of its caller before any field is asked [R2]', async () => {
  const app = await startApp({ resolvers: [CallerResolver] });
  const { accessToken, sid } = await app.register();
  await app.send('mutation { logout { endedSessions } }', { token: accessToken });
  expect(await callerOf(app, accessToken)).toBe(`anonymous TOKEN_REVOKED ${sid}`);
});
