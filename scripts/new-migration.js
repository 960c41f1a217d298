/** Writes the SQL that brings the newest migration to prisma/schema.prisma: `npm run migration -- <name>`. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '../dist/database/migrations.js';
import { withSchemaEngine } from '../dist/database/schema-engine.js';
import { DurableSqliteFactory } from '../dist/database/sqlite-adapter.js';

const name = process.argv[2];
if (!/^[a-z0-9_]+$/.test(name ?? '')) {
  console.error('Usage: npm run migration -- <name_in_lower_case>');
  process.exit(2);
}

const root = fileURLToPath(new URL('../', import.meta.url));
const baseDir = join(root, 'prisma', 'migrations', 'sqlite');
const schema = {
  files: [{ path: 'schema.prisma', content: readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8') }],
  configDir: root,
};
const request = {
  from: { tag: 'schemaDatasource', ...schema },
  to: { tag: 'schemaDatamodel', ...schema },
  script: true,
  exitCode: null,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
};

// The older migrations are played as a server plays them. Left to itself, the engine would play them in a database in memory, and miss most.
const scratch = mkdtempSync(join(tmpdir(), 'latchkey-migration-'));
const url = `file:${join(scratch, 'latchkey.db')}`;
try {
  await migrate(url);
  const factory = new DurableSqliteFactory(url, { mayCreate: false, isPatient: () => true });
  const { stdout } = await withSchemaEngine(factory, schema.files[0].content, (engine) => engine.diff(request));
  if (stdout.includes('This is an empty migration')) {
    console.log('The migrations agree with prisma/schema.prisma.');
  } else {
    const folder = join(baseDir, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'migration.sql'), stdout);
    console.log(folder.slice(root.length));
  }
} finally {
  rmSync(scratch, { recursive: true });
}
