/**
 * Prints how long a start takes, already built, and what memory the idle server has: `node bench/start-up.js [--revocations 1000000]`,
 * without revocations or with as many live ones.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Sqlite from 'libsql';

const STARTS = 7;
const IDLE_MS = 10_000;
/** Rows last until some time between these. */
const FIRST_UNTIL_MS = 86_400_000;
const LAST_UNTIL_MS = FIRST_UNTIL_MS + 900_000;
const script = fileURLToPath(new URL('../scripts/start.js', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));

const { values: flags } = parseArgs({ options: { revocations: { type: 'string', default: '0' } } });
const revocations = Number(flags.revocations);

/** Rows as logouts leave them, one version each. */
function fillBlacklist() {
  const file = new Sqlite(join(dataDir, 'latchkey.db'));
  const insert = file.prepare(
    `INSERT INTO BlacklistedToken (id, kind, reason, revokedAt, revokedUntil, version) VALUES (?, 'sid', 'LOGOUT', ?, ?, ?)`,
  );
  const now = Date.now();
  const format = (instant) => new Date(instant).toISOString().replace('Z', '+00:00');
  file.exec('BEGIN');
  for (let version = 1; version <= revocations; version += 1) {
    const until = now + FIRST_UNTIL_MS + (version / revocations) * (LAST_UNTIL_MS - FIRST_UNTIL_MS);
    insert.run(randomBytes(16).toString('base64url'), format(now), format(until), version);
  }
  file.prepare('UPDATE RevocationState SET version = ?').run(revocations);
  file.exec('COMMIT');
  file.close();
}

/** From `node scripts/start.js` to the first 200 of /readyz. */
async function start(expected) {
  const begun = performance.now();
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  let url;
  while (url === undefined) {
    const [chunk] = await once(child.stdout, 'data');
    printed += chunk;
    url = /listens at (\S+)\/graphql/.exec(printed)?.[1];
  }
  const { status } = await fetch(`${url}/readyz`);
  if (status !== 200) throw new Error(`/readyz answered ${status}`);
  const milliseconds = performance.now() - begun;
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const live = Number(/^latchkey_revocations_live (\d+)/m.exec(metrics)?.[1]);
  if (live !== expected) throw new Error(`${live} revocations were in memory, not ${expected}`);
  return { child, milliseconds };
}

async function stop(child) {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

try {
  const first = await start(0);
  await stop(first.child);
  fillBlacklist();
  const times = [];
  for (let round = 0; round < STARTS; round += 1) {
    const { child, milliseconds } = await start(revocations);
    times.push(Math.round(milliseconds));
    await stop(child);
  }
  const idle = await start(revocations);
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${idle.child.pid}/status`, 'utf8'))?.[1]);
  await stop(idle.child);
  times.sort((a, b) => a - b);
  console.log(`load ${loadavg()[0].toFixed(1)}`);
  console.log(`first start, database made: ${Math.round(first.milliseconds)} ms`);
  console.log(
    `${STARTS} later starts to ready, ${revocations} live revocations: median ${times[Math.floor(STARTS / 2)]} ms (${times.join(', ')})`,
  );
  console.log(`resident memory, idle for ${IDLE_MS / 1000} s: ${Math.round(kilobytes / 1024)} MB`);
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
