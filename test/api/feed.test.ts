/** The feed for verifiers over a real socket, on SQLite and on PostgreSQL: members, renewals, pages, acknowledgements, bells, and bad input. */
import { expect, test } from 'vitest';
import { startApp, type TestApp, type TestOptions } from '../support/app/start-app.js';
import { readRows, writeRows } from '../support/database/stored-rows.js';
import { createService, freshNonce, openFeed } from '../support/feed/raw-feed.js';
import { logOutTold } from '../support/postgresql/lease-nodes.js';
import { onPostgresql } from '../support/postgresql/postgresql.js';

const OFF = { METRICS_PORT: 'off', LEASE: '300ms' };
/** Longer than any test: what is answered within it was not waited for. */
const LONG = { ...OFF, LEASE: '60s' };

async function start(settings: Record<string, string> = OFF, options: TestOptions = {}) {
  const server = await startApp({ ...options, settings });
  return { server, feed: await openFeed(server) };
}

async function member(server: Awaited<ReturnType<typeof start>>['feed']): Promise<string> {
  const { status, body } = await server.register();
  expect(status).toBe(200);
  return body.member;
}

/** In a file the server must be closed first; on PostgreSQL it may run. */
async function past(server: TestApp, sql: string): Promise<void> {
  if (!onPostgresql) throw new Error('close the server');
  writeRows(server.dataDir, sql);
}
void past;

test('a verifier registers, renews its lease and leaves [R32]', async () => {
  const { feed } = await start();
  const registered = await feed.register();
  expect(registered.headers.get('cache-control')).toBe('no-store');
  expect(registered).toMatchObject({ status: 200, body: { member: expect.stringMatching(/^[\w-]{22}$/), granted: 300 } });
  const { member, clusterId } = registered.body;
  const nonce = freshNonce();
  const { status, body, headers } = await feed.renew({ member, nonce, leaseMs: 250 });
  expect(headers.get('cache-control')).toBe('no-store');
  expect({ status, body }).toEqual({
    status: 200,
    body: {
      nonce,
      clusterId,
      isMember: true,
      isRenewed: true,
      isStandby: false,
      granted: 250,
      databaseNow: expect.any(Number),
      version: 0,
      generation: 1,
      sessionsSince: 0,
      prunedBefore: expect.any(Number),
      rows: [],
      keys: [expect.objectContaining({ kid: expect.any(String), alg: 'ES256', kty: 'EC' })],
      issuer: 'latchkey',
    },
  });
  expect(JSON.stringify(body.keys)).not.toContain('"d"');
  expect(Math.abs(body.databaseNow - Date.now())).toBeLessThan(60_000);
  expect(await feed.leave(member)).toBe(204);
  expect(await feed.leave(member)).toBe(404);
  expect((await feed.renew({ member })).body).toMatchObject({ isMember: false, isRenewed: false, granted: 0 });
});
