/** Generates src/generated/, the Prisma client of this application's own tables. */
import { execFileSync } from 'node:child_process';

// Prisma looks for its native engine although generating does not need it; any existing file satisfies it.
const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
execFileSync(process.execPath, ['node_modules/prisma/build/index.js', 'generate', '--no-hints', '--schema', 'prisma/schema.prisma'], {
  env,
  stdio: 'pipe',
});
