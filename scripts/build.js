/** Generates the two Prisma clients from the one model, compiles `src` to `dist`, and builds the pages of `web` into `dist/web`. With --if-stale, only when something is newer than the last build. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const root = fileURLToPath(new URL('../', import.meta.url));
const model = join(root, 'prisma', 'schema.prisma');
/** One schema has one provider: the model of PostgreSQL is made from that of SQLite, and never edited. */
const postgresqlModel = join(root, 'prisma', 'postgresql.prisma');
const generated = ['generated', 'generated-postgresql'].map((folder) => join(root, 'src', 'database', folder));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');

export function isStale() {
  const built = lastChange(stamp);
  const sources = ['src', 'web', 'prisma/schema.prisma', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  return sources.some((source) => lastChange(join(root, source)) > built);
}

export function generate() {
  const changed = lastChange(model);
  if ([postgresqlModel, ...generated].every((made) => lastChange(made) > changed)) return;
  writeFileSync(postgresqlModel, modelForPostgresql(readFileSync(model, 'utf8')));
  // Generating needs no native engine, but Prisma looks for one: any file that exists will do.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  for (const schema of [model, postgresqlModel]) run('prisma/build/index.js', ['generate', '--no-hints', '--schema', schema], env);
}

/** The same model for the other database, with a client of its own. */
export function modelForPostgresql(text) {
  return text
    .replace('/// The one data model.', '/// Made from schema.prisma by the build; edit that one.\n$&')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('"../src/database/generated"', '"../src/database/generated-postgresql"');
}

export function build() {
  rmSync(dist, { recursive: true, force: true });
  generate();
  compileSources();
  for (const mode of ['console', 'explorer']) run('vite/bin/vite.js', ['build', 'web', '--mode', mode, '--logLevel', 'warn'], process.env);
  compress(join(dist, 'web'));
  mkdirSync(dist, { recursive: true });
  writeFileSync(stamp, '');
}

/** For a change that is in `src` alone: what was built before stays. */
export function compile() {
  compileSources();
  writeFileSync(stamp, '');
}

function compileSources() {
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json'], process.env);
}

/** 11, the highest, would make the files smaller by a twentieth, and the build longer by half. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Beside each file its small copy: made once here, not by a server that has logins to answer. Pages the server sends as it has written them. */
function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.html')) writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path), COMPRESSION));
  }
}

/** The output goes to standard error, so that a command's own output stays clean. */
function run(script, args, env) {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, env, stdio: ['ignore', 2, 2] });
}

/** The newest change below a path, in milliseconds; 0 when it is not there. */
function lastChange(path) {
  if (!existsSync(path)) return 0;
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => lastChange(join(path, name))));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--generate-only')) generate();
  else if (!process.argv.includes('--if-stale') || isStale()) build();
}
