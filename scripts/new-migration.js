/** Writes the SQL that brings the newest migration to prisma/schema.prisma: `npm run migration -- <name>`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { withSchemaEngine } from '../dist/database/schema-engine.js';

const name = process.argv[2];
if (!/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error('Usage: npm run migration -- <name_in_lower_case>');
  process.exit(2);
}

const root = fileURLToPath(new URL('../', import.meta.url));
const baseDir = join(root, 'prisma', 'migrations', 'sqlite');
const content = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
const lockfile = { path: 'migration_lock.toml', content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8') };
const folders = readdirSync(baseDir, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();
const migrationDirectories = folders.map((path) => ({
  path,
  migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') } },
}));
const filters = { externalTables: [], externalEnums: [] };
const from =
  folders.length === 0 ? { tag: 'empty' } : { tag: 'migrations', baseDir, lockfile, shadowDbInitScript: '', migrationDirectories };
const to = { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }], configDir: root };

const { stdout } = await withSchemaEngine(new PrismaLibSql({ url: 'file::memory:' }), content, (engine) =>
  engine.diff({ from, to, script: true, exitCode: null, shadowDatabaseUrl: null, filters }),
);
const folder = join(baseDir, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`);
mkdirSync(folder);
writeFileSync(join(folder, 'migration.sql'), stdout);
console.log(folder.slice(root.length));
