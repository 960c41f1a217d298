/** Writes schema.graphql from the resolvers; with --check it writes nothing and fails if the file is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { printPublicSchema } from '../dist/print-schema.js';

const path = fileURLToPath(new URL('../schema.graphql', import.meta.url));
const schema = await printPublicSchema();

if (!process.argv.includes('--check')) {
  writeFileSync(path, schema);
} else if (readFileSync(path, 'utf8') !== schema) {
  console.error('schema.graphql is stale: run `npm run schema`');
  process.exit(1);
}
