/** The figures are served on an address of their own, and the public one has none, however a path is written. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { makeFolder } from '../support/app/start-app.js';
import { failToStart, startServer } from '../support/process/server-process.js';
import { findFreePort } from '../support/sockets/ports.js';

const metricsOf = (printed: string) => /^Metrics: (\S+)$/m.exec(printed)?.[1] ?? '';

test('a start says where the metrics are; the public port has none, in no encoding', async () => {
  const server = await startServer({ dataDir: makeFolder() });
  const address = metricsOf(server.printed());
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
  const figures = await fetch(address);
  expect([figures.status, await figures.text()]).toEqual([200, expect.stringContaining('latchkey_revocations_live 0')]);
  for (const path of [
    '/metrics',
    '/%6detrics',
    '/metric%73',
    '/metrics/',
    '//metrics',
    '/./metrics',
    '/graphql/../metrics',
    '/METRICS',
    '/metrics?x',
  ])
    expect((await fetch(server.url + path)).status, path).toBe(404);
  const elsewhere = await fetch(new URL('/graphql', address));
  expect([elsewhere.status, await elsewhere.text()]).toEqual([404, expect.stringContaining('There is only /metrics here.')]);
  expect((await server.stop()).code).toBe(0);
});

test('METRICS_PORT and METRICS_HOST choose the address, and "off" leaves it out', async () => {
  const port = await findFreePort();
  const chosen = await startServer({ dataDir: makeFolder(), settings: { METRICS_PORT: String(port), METRICS_HOST: '127.0.0.2' } });
  expect(metricsOf(chosen.printed())).toBe(`http://127.0.0.2:${port}/metrics`);
  expect((await fetch(`http://127.0.0.2:${port}/metrics`)).status).toBe(200);
  const off = await startServer({ dataDir: makeFolder(), settings: { METRICS_PORT: 'off' } });
  expect(off.printed()).toContain('Metrics: off');
});

test('a metrics port that is taken stops the start, with what to do', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await failToStart({ dataDir: makeFolder(), settings: { METRICS_PORT: String(port) } });
  taken.close();
  expect(code).toBe(1);
  expect(stderr).toContain(
    `The metrics cannot be served at 127.0.0.1:${port}. Set another METRICS_PORT or METRICS_HOST, or METRICS_PORT=off.`,
  );
  expect(stderr).not.toMatch(/^ {4}at /m);
});

test.each([
  [{ PORT: '4000', METRICS_PORT: '4000' }, 'METRICS_PORT: found "4000", expected another port than PORT'],
  [{ PORT: '9464' }, 'METRICS_PORT: found "9464", expected another port than PORT'],
  [{ METRICS_PORT: '70000' }, 'METRICS_PORT: found "70000", expected a whole number from 0 to 65535, or "off"'],
])('%o is refused before anything is opened', async (settings, told) => {
  const { code, stderr } = await failToStart({ dataDir: makeFolder(), settings });
  expect([code, stderr]).toEqual([1, expect.stringContaining(told)]);
});
