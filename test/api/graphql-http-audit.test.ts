/** Runs the GraphQL-over-HTTP audits of graphql-http against a listening server. */
import { readFileSync } from 'node:fs';
import { serverAudits } from 'graphql-http';
import { expect, test } from 'vitest';
import { startApp } from '../support/app/start-app.js';

async function audit() {
  const { app } = await startApp();
  const address = await app.listen();
  const results = [];
  for (const { id, name, fn } of serverAudits({ url: `${address}/graphql`, fetchFn: fetch })) {
    const result = await fn();
    results.push({ id, name, status: result.status, reason: 'reason' in result ? result.reason : '' });
  }
  return results;
}

test('no audit of GraphQL over HTTP fails, and each warning is explained in docs/internals/graphql-over-http.md', async () => {
  const results = await audit();
  expect(results.length).toBeGreaterThan(50);
  expect(results.filter(({ status }) => status === 'error')).toEqual([]);
  const explained = [...readFileSync('docs/internals/graphql-over-http.md', 'utf8').matchAll(/^\| ([0-9A-F]{4}) \|/gm)].map(([, id]) => id);
  const warned = results.filter(({ status }) => status !== 'ok');
  expect(warned.map(({ id }) => id).sort(), warned.map((w) => JSON.stringify(w)).join('\n')).toEqual(explained.sort());
});
