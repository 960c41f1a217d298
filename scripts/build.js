/**
 * Generates the two Prisma clients from the one model, compiles `src` to `dist`, bundles the command `latchkey` into `dist/command`, and builds
 * the pages of `web` into `dist/web`. With --if-stale it does so only if a source is newer than the last build.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const root = fileURLToPath(new URL('../', import.meta.url));
const model = join(root, 'prisma', 'schema.prisma');
/** A Prisma schema has one provider, so the build derives the model for PostgreSQL from the one for SQLite. Never edit this file. */
const postgresqlModel = join(root, 'prisma', 'postgresql.prisma');
const generated = ['generated', 'generated-postgresql'].map((folder) => join(root, 'src', 'database', folder));
const dist = join(root, 'dist');
const stamp = join(dist, '.built');

export function isStale() {
  const built = lastChange(stamp);
  const sources = ['src', 'web', 'scripts/bundle.js', 'prisma/schema.prisma', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
  return sources.some((source) => lastChange(join(root, source)) > built);
}

export function generate() {
  const changed = lastChange(model);
  if ([postgresqlModel, ...generated].every((made) => lastChange(made) > changed)) return;
  writeFileSync(postgresqlModel, modelForPostgresql(readFileSync(model, 'utf8')));
  // Prisma looks for its native engine although generating does not need it; any existing file satisfies it.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  for (const schema of [model, postgresqlModel]) run('prisma/build/index.js', ['generate', '--no-hints', '--schema', schema], env);
}

/** The same model for PostgreSQL, with a separate client. */
export function modelForPostgresql(text) {
  return text
    .replace('/// The one data model.', '/// Made from schema.prisma by the build; edit that one.\n$&')
    .replace('provider = "sqlite"', 'provider = "postgresql"')
    .replace('"../src/database/generated"', '"../src/database/generated-postgresql"');
}

export function build() {
  rmSync(dist, { recursive: true, force: true });
  generate();
  compile();
  run('../scripts/bundle.js', [], process.env);
  // The tests set NODE_ENV=test, and the pages would be built with the larger, slower React for development.
  const env = { ...process.env, NODE_ENV: 'production' };
  for (const mode of ['console', 'explorer', 'sandbox']) {
    run('vite/bin/vite.js', ['build', 'web', '--mode', mode, '--logLevel', 'warn'], env);
  }
  compress(join(dist, 'web'));
  mkdirSync(dist, { recursive: true });
  writeFileSync(stamp, '');
}

/** For a change that is in `src` alone, while `npm run dev` runs the modules. The bundle is not made, so the build stays stale. */
export function compile() {
  run('typescript/bin/tsc', ['-p', 'tsconfig.build.json'], process.env);
}

/** Level 11, the highest, would make the files 5 % smaller and the build half as long again. */
const COMPRESSION = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Writes a compressed copy beside each file, so that the server need not compress. HTML is left out: the server writes its settings into it. */
function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.html')) writeFileSync(`${path}.br`, brotliCompressSync(readFileSync(path), COMPRESSION));
  }
}

/** Sends all output to standard error, so that the standard output of a command stays clean. */
function run(script, args, env) {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root, env, stdio: ['ignore', 2, 2] });
}

/** The time of the newest change below a path, in milliseconds; 0 if the path does not exist. */
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
