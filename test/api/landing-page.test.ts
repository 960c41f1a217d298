/** The page for browsers: Apollo Sandbox with a prepared document, and no policy that would block it. */
import { expect, test } from 'vitest';
import { startApp, type TestApp } from '../support/app/start-app.js';

async function openPage({ app }: TestApp) {
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  const response = await app.server.inject({ url: '/graphql', headers });
  const { payload } = response;
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(payload)?.[1] ?? '';
  const sandbox = JSON.parse(/embeddedSandboxConfig = (\{.*\});$/m.exec(payload)?.[1] ?? '{}');
  return { ...response, headers: response.headers, statusCode: response.statusCode, payload, policy, sandbox };
}

test('a browser that opens /graphql gets Apollo Sandbox, and what the page needs may load', async () => {
  const { statusCode, headers, payload, policy } = await openPage(await startApp());
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'cache-control': 'no-store' });
  // A browser enforces all policies together, so the header restricts nothing that the page's own policy allows its scripts and frames.
  expect(headers['content-security-policy']).toBe("frame-ancestors 'none'");
  expect(headers['cross-origin-embedder-policy']).toBeUndefined();
  expect(policy).toMatch(/script-src [^;]*https:\/\/embeddable-sandbox\.cdn\.apollographql\.com/);
  expect(policy).toMatch(/frame-src [^;]*https:\/\/sandbox\.embed\.apollographql\.com/);
  const nonce = /'nonce-([0-9a-f]+)'/.exec(policy)?.[1];
  const scripts = payload.match(/<script[^>]*>/g) ?? [];
  expect(scripts.length).toBeGreaterThan(0);
  for (const script of scripts) expect.soft(script).toContain(`nonce="${nonce}"`);
});

test('the nonce of the page is new each time', async () => {
  const app = await startApp();
  const nonce = /'nonce-[0-9a-f]{32,}'/;
  const first = nonce.exec((await openPage(app)).policy)?.[0];
  expect(first).toBeTruthy();
  expect(nonce.exec((await openPage(app)).policy)?.[0]).not.toBe(first);
});

test('the page sends no telemetry and does not poll', async () => {
  const { sandbox } = await openPage(await startApp());
  expect(sandbox).toMatchObject({ runTelemetry: false, initialState: { pollForSchemaUpdates: false } });
});

test('every operation of the ready document runs as it stands, with the placeholder for a token too', async () => {
  const app = await startApp();
  const { document, headers } = (await openPage(app)).sandbox.initialState;
  const run = async (operationName: string, authorization: string) => {
    const response = await app.app.server.inject({
      method: 'POST',
      url: '/graphql',
      headers: { 'content-type': 'application/json', authorization },
      payload: JSON.stringify({ query: document, operationName }),
    });
    expect(response.statusCode).toBe(200);
    return response.json();
  };
  const { register } = (await run('Register', headers.Authorization)).data;
  expect(register).toMatchObject({ accessToken: expect.stringContaining('.'), userErrors: [] });
  const { login } = (await run('Login', headers.Authorization)).data;
  expect(login.userErrors).toEqual([]);
  const authorization = headers.Authorization.replace('<accessToken>', login.accessToken);
  expect((await run('Me', authorization)).data.me.email).toBe('ada@example.com');
  expect((await run('Logout', authorization)).data.logout.endedSessions).toBe(1);
  expect((await run('Me', authorization)).errors[0].extensions.reason).toBe('TOKEN_REVOKED');
});
