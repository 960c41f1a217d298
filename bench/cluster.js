/** Starts several nodes on a fresh PostgreSQL database with live revocations, for the measurements of several nodes. */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { createClient as createRedisClient } from 'redis';
import { createClient, LOGIN, NO_LIMITS, PASSWORD, REGISTER, startServer } from './server.js';

const POSTGRES_URL = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const REDIS_URL = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379';
const SCRIPT = fileURLToPath(new URL('./node.js', import.meta.url));
const CHECK = '{ ownName }';
const BENCH_ISSUER = 'https://login.example.com';
const BENCH_AUDIENCE = 'bench';
const COMMAND = fileURLToPath(new URL('../dist/command/latchkey.js', import.meta.url));
const SERVICE = fileURLToPath(new URL('../test/fault-run/verifying-service.js', import.meta.url));

/** Runs statements on a database over one connection. */
async function onDatabase(url, work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work((text, values) => client.query(text, values));
  } finally {
    await client.end();
  }
}

/** Writes the rows that logouts would write, a hundred with the same version. */
async function fillBlacklist(url, howMany) {
  await onDatabase(url, async (query) => {
    await query(
      `INSERT INTO "BlacklistedToken" ("id", "kind", "reason", "revokedAt", "revokedUntil", "version")
       SELECT rtrim(translate(encode(substr(sha256(n::text::bytea), 1, 16), 'base64'), '+/', '-_'), '='), 'sid', 'LOGOUT', now(),
         now() + interval '1 day' + n % 900 * interval '1 second', 1 + n / 100 FROM generate_series(1, $1::int) AS n`,
      [howMany],
    );
    await query(`UPDATE "RevocationState" SET "version" = (SELECT max("version") FROM "BlacklistedToken")`);
    await query('ANALYZE');
  });
}

/**
 * @param settings one object for each node
 * @param revocations the number of live revocations before the nodes start
 * @param script the script that runs as a node
 */
export async function startCluster(settings, revocations = 0, script = SCRIPT) {
  const name = `latchkey_bench_${randomBytes(6).toString('hex')}`;
  const url = Object.assign(new URL(POSTGRES_URL), { pathname: name }).href;
  const prefix = `${name}:`;
  await onDatabase(POSTGRES_URL, (query) => query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`));
  const common = {
    ...NO_LIMITS,
    DATABASE_URL: url,
    ISSUER: BENCH_ISSUER,
    AUDIENCE: BENCH_AUDIENCE,
    LATCHKEY_SECRET: randomBytes(32).toString('base64'),
    REDIS_PREFIX: prefix,
  };
  const nodes = [];
  const services = [];
  const start = async (chosen) => {
    const redis = chosen.REVOCATION_CHECK === 'redis' ? { REDIS_URL } : {};
    const server = await startServer({ ...common, ...redis, ...chosen }, script);
    return { server, client: createClient(server.url) };
  };
  const stop = async () => {
    for (const { server, client } of nodes.splice(0)) {
      client.close();
      process.kill(server.pid, 'SIGCONT');
      await server.stop();
    }
  };
  try {
    if (revocations > 0) {
      const { server } = await start({});
      await server.stop();
      await fillBlacklist(url, revocations);
    }
    for (const chosen of settings) nodes.push(await start(chosen));
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes;
  const variables = { email: 'ada@example.com', password: PASSWORD };
  await first.client.post(REGISTER, variables);
  return {
    nodes,
    /** @returns one token per session, all of one user, who may have a hundred sessions */
    async logIn(howMany) {
      const tokens = [];
      while (tokens.length < howMany) {
        const batch = Math.min(40, howMany - tokens.length);
        const answers = await Promise.all(Array.from({ length: batch }, () => first.client.post(LOGIN, variables)));
        tokens.push(...answers.map(({ data }) => data.login.accessToken));
      }
      return tokens;
    },
    /** Throws unless the node accepts the token. */
    async check({ client }, token) {
      const { data } = await client.post(CHECK, {}, token);
      if (data?.ownName !== 'nobody') throw new Error(`a live token was refused by ${client}`);
    },
    /** Starts services that verify tokens with `latchkey/verifier`, each on another node, and waits until each accepts the token. */
    async startServices(howMany, token) {
      for (let index = 0; index < howMany; index += 1) {
        const node = nodes[index % nodes.length];
        const service = await startService(`service ${index}`, new URL(node.server.url).origin, { ...common, ISSUER: BENCH_ISSUER });
        services.push(service);
        while ((await service.ask(token)) !== 200);
      }
      return services;
    },
    async stop() {
      for (const { process: child } of services.splice(0)) child.kill('SIGKILL');
      await stop();
      await onDatabase(POSTGRES_URL, (query) => query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      await removeKeys(prefix);
    },
  };
}

/** A process with a verifier that follows one node. */
async function startService(name, url, settings) {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
  const args = [COMMAND, 'service', 'create', name, '--audience', BENCH_AUDIENCE, '--json'];
  const made = execFileSync(process.execPath, args, { env: { ...process.env, ...settings, DATA_DIR: folder }, encoding: 'utf8' });
  rmSync(folder, { recursive: true, force: true });
  const { credential } = JSON.parse(made);
  const env = { PATH: process.env.PATH, FEED_URL: url, CREDENTIAL: credential, AUDIENCE: BENCH_AUDIENCE, ISSUER: BENCH_ISSUER };
  const child = spawn(process.execPath, [SERVICE], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  process.once('exit', () => child.kill('SIGKILL'));
  const [address] = await once(child.stdout, 'data');
  return {
    process: child,
    /** @returns 200 if the service accepts the token, 401 if not, 503 if it can't know */
    ask: async (token) => (await fetch(String(address).trim(), { headers: { authorization: `Bearer ${token}` } })).status,
  };
}

async function removeKeys(prefix) {
  const redis = createRedisClient({ url: REDIS_URL, socket: { reconnectStrategy: false } });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
  } catch {
    return;
  }
  for await (const keys of redis.scanIterator({ MATCH: `${prefix}*`, COUNT: 10_000 })) if (keys.length > 0) await redis.unlink(keys);
  redis.destroy();
}

/** Reads `/metrics` of a node. @returns a function from the name of a metric to its value */
export async function readMetrics({ server }) {
  const text = await (await fetch(server.metricsUrl)).text();
  return (name) => Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}
