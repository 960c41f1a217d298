/** The shapes of the check for `express-jwt` and `@fastify/jwt`, each tried on a real server of that kind over a real socket. */
import type { AddressInfo } from 'node:net';
import fastifyJwt from '@fastify/jwt';
import express from 'express';
import { expressjwt } from 'express-jwt';
import fastify from 'fastify';
import jwt from 'jsonwebtoken';
import { expect, onTestFinished, test } from 'vitest';
import { type Blacklist, isRevokedFor, trustedFor } from '../../src/blacklist/open.js';
import { newFile, open } from '../support/blacklist/blacklists.js';

const KEY = 'a key of the application, only for this test';
const HOUR = 3_600;

type Ask = (token: string) => Promise<{ status: number; body: string; retryAfter: string | null }>;

function askAt(url: string): Ask {
  return async (token) => {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: await response.text(), retryAfter: response.headers.get('retry-after') };
  };
}

async function withExpress(blacklist: Blacklist): Promise<Ask> {
  const app = express();
  app.use(expressjwt({ secret: KEY, algorithms: ['HS256'], isRevoked: isRevokedFor(blacklist) }));
  app.get('/me', (_request, response) => void response.send('in'));
  const server = app.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return askAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}/me`);
}

async function withFastify(blacklist: Blacklist): Promise<Ask> {
  const app = fastify();
  await app.register(fastifyJwt, { secret: KEY, trusted: trustedFor(blacklist) });
  app.get('/me', { onRequest: (request) => request.jwtVerify() }, async () => 'in');
  onTestFinished(() => app.close());
  return askAt(`${await app.listen({ port: 0, host: '127.0.0.1' })}/me`);
}

const sign = (claims: object) => jwt.sign(claims, KEY, { expiresIn: HOUR });

test.each([
  ['express-jwt', withExpress],
  ['@fastify/jwt', withFastify],
])('%s refuses what is revoked, what has no id, and everything while it can not be known [R8] [R14]', async (_name, start) => {
  const blacklist = await open(newFile());
  const ask = await start(blacklist);
  const cnt = await blacklist.counterOf('ada');
  const [one, other] = ['1', '2'].map((jti) => sign({ sub: 'ada', jti, sid: `session-${jti}`, cnt })) as [string, string];
  const withoutSession = sign({ sub: 'grace', jti: '3' });
  expect(await ask(one)).toMatchObject({ status: 200, body: 'in' });
  const expiresAt = new Date((jwt.decode(one) as jwt.JwtPayload & { exp: number }).exp * 1000);
  await blacklist.revoke({ jti: '1', expiresAt });
  expect((await ask(one)).status).toBe(401);
  expect((await ask(other)).status).toBe(200);
  await blacklist.endUser('ada');
  expect((await ask(other)).status).toBe(401);
  expect((await ask(withoutSession)).status).toBe(200);

  for (const claims of [
    { sub: 'ada' },
    { jti: '' },
    { jti: { a: 1 } },
    { jti: 'x'.repeat(2_000) },
    { jti: '1', cnt: 'many', sub: 'ada' },
  ]) {
    expect((await ask(sign(claims))).status, JSON.stringify(claims)).toBe(401);
  }
  expect((await ask(jwt.sign({ jti: '4' }, KEY))).status).toBe(401);

  await blacklist.close();
  expect((await ask(withoutSession)).status).toBe(503);
});
