/** Writes a migration for each database whose migrations lag behind prisma/schema.prisma: `npm run migration -- <name>`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { differenceToModel, migrate } from '../dist/database/migrations.js';

const name = process.argv[2];
if (!/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error(
    'Usage: npm run migration -- <name_in_lower_case>\nTEST_POSTGRES_URL names the PostgreSQL server on which the existing migrations are applied.',
  );
  process.exit(2);
}

const root = fileURLToPath(new URL('../', import.meta.url));
const server = process.env.TEST_POSTGRES_URL ?? 'postgresql://postgres@127.0.0.1:5432/postgres';
const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);

// Apply the existing migrations as a server does. Prisma's engine would use a database in memory by default, and most of them would be missing.
const scratch = mkdtempSync(join(tmpdir(), 'latchkey-migration-'));
try {
  const sqlite = await writeMigration('sqlite', `file:${join(scratch, 'latchkey.db')}`);
  const postgresql = await withScratchDatabase((url) => writeMigration('postgresql', url));
  if (!sqlite && !postgresql) console.log('The migrations agree with prisma/schema.prisma.');
} finally {
  rmSync(scratch, { recursive: true });
}

async function writeMigration(provider, url) {
  await migrate(url);
  const sql = await differenceToModel(url);
  if (sql === null) return false;
  const folder = join(root, 'prisma', 'migrations', provider, `${stamp}_${name}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'migration.sql'), sql);
  console.log(folder.slice(root.length));
  return true;
}

async function withScratchDatabase(work) {
  const client = new pg.Client(server);
  await client.connect();
  const database = `latchkey_migration_${process.pid}`;
  try {
    await client.query(`CREATE DATABASE ${database} TEMPLATE template0 ENCODING 'UTF8'`);
    const url = new URL(server);
    url.pathname = database;
    return await work(url.href);
  } finally {
    await client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await client.end();
  }
}
