/**
 * The cost of `latchkey/verifier` with a million revoked ids: first load, memory, a check, and a token that was seen before.
 * Run it after `npm run build`: node --expose-gc bench/verifier.js [ids]
 */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { createVerifier } from '../dist/verifier/verifier.js';

const PAGE_ROWS = 10_000;
const CALLS = 1_000_000;
const id = () => randomBytes(16).toString('base64url');

if (isMainThread) await measure(Number(process.argv[2] ?? 1_000_000));
else serve(workerData);

/** A login server that knows as many revoked ids as it is told, and answers as the real one does. */
function serve({ ids, jwk, port }) {
  const until = Date.now() + 3_600_000;
  const pages = [];
  for (let left = ids; left > 0; left -= PAGE_ROWS) pages.push(Array.from({ length: Math.min(left, PAGE_ROWS) }, () => [id(), until]));
  const answer = (rows, asked, cursor) => ({
    nonce: asked.nonce,
    clusterId: 'bench',
    isMember: true,
    isRenewed: cursor === undefined,
    isStandby: false,
    granted: cursor === undefined ? 60_000 : 0,
    databaseNow: Date.now(),
    version: ids,
    generation: 1,
    sessionsSince: 0,
    prunedBefore: 0,
    rows,
    ...(cursor === undefined ? {} : { cursor }),
    keys: [jwk],
    issuer: 'latchkey',
  });
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    if (request.url.endsWith('/members')) return response.end(JSON.stringify({ member: 'bench', clusterId: 'bench', granted: 60_000 }));
    if (request.url.includes('/events')) return response.writeHead(503).end();
    if (request.method === 'DELETE') return response.writeHead(204).end();
    const asked = JSON.parse(text);
    const page = Number(asked.cursor ?? 0);
    const rows = asked.applied >= ids ? [] : (pages[page] ?? []);
    const cursor = rows.length > 0 && page + 1 < pages.length ? String(page + 1) : undefined;
    response.end(JSON.stringify(answer(rows, asked, cursor)));
  });
  server.listen(0, '127.0.0.1', () => port.postMessage(server.address().port));
}

async function measure(ids) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = id();
  const { port1, port2 } = new MessageChannel();
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256' };
  const worker = new Worker(new URL(import.meta.url), { workerData: { ids, jwk, port: port2 }, transferList: [port2] });
  const port = await new Promise((resolve) => port1.once('message', resolve));
  port1.close();
  const before = memory();
  const begin = performance.now();
  const verifier = await createVerifier({
    url: `http://127.0.0.1:${port}`,
    credential: `lkv_${'x'.repeat(43)}`,
    audience: 'orders',
    leaseMs: 60_000,
    requestTimeoutMs: 10_000,
    log: { info() {}, warn() {}, error() {} },
  });
  await verifier.ready();
  const loadMs = performance.now() - begin;
  const authorization = `Bearer ${token(privateKey, kid)}`;
  const caller = await verifier.authenticate(authorization);
  if (caller.kind !== 'authenticated') throw new Error(`the token is ${caller.reason ?? caller.kind}`);
  // Leases of 300 ms, since this server has no stream, are renewed by the calls themselves.
  const check = await time(() => verifier.check(caller));
  const seen = await time(() => verifier.authenticate(authorization));
  const held = memory() - before;
  console.log(`ids in memory                       ${verifier.status.ids.toLocaleString('en')}`);
  console.log(`first load                          ${(loadMs / 1000).toFixed(2)} s`);
  console.log(`memory                              ${(held / 2 ** 20).toFixed(0)} MiB`);
  console.log(`check                               ${check.toFixed(2)} µs`);
  console.log(`authenticate, a token seen before   ${seen.toFixed(2)} µs`);
  await verifier.close();
  await worker.terminate();
}

/** The mean time of a call in microseconds, in the best of five rounds. Between rounds the event loop turns, so that the lease is renewed. */
async function time(run) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round += 1) {
    let spent = 0;
    for (let done = 0; done < CALLS / 5; done += 10_000) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      // The first call after a pause may have to wait for a lease, and takes the others along.
      await run();
      const begin = performance.now();
      for (let call = 0; call < 10_000; call += 1) run();
      spent += performance.now() - begin;
    }
    best = Math.min(best, (spent * 1000) / (CALLS / 5));
  }
  return best;
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function token(privateKey, kid) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: 'latchkey', aud: ['orders'], client_id: 'latchkey', sub: id(), sid: id(), jti: id(), roles: ['USER'] };
  const text = `${part({ alg: 'ES256', typ: 'at+jwt', kid })}.${part({ ...claims, gen: 1, iat: now, exp: now + 900 })}`;
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${text}.${signature.toString('base64url')}`;
}
