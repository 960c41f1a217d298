/** Generates src/gql/, the types of this page's operations, from Latchkey's schema and src/operations.graphql with the client preset of GraphQL Code Generator. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';

const schema = readFileSync(fileURLToPath(import.meta.resolve('latchkey/schema.graphql')), 'utf8');
const operations = readFileSync('src/operations.graphql', 'utf8');

const files = await preset.buildGeneratesSection({
  baseOutputDir: 'src/gql/',
  schema: parse(schema),
  schemaAst: buildSchema(schema),
  documents: [{ location: 'src/operations.graphql', document: parse(operations), rawSDL: operations }],
  config: { documentMode: 'string', useTypeImports: true, enumsAsTypes: true, importExtension: '.js', scalars: { DateTime: 'string' } },
  presetConfig: { fragmentMasking: false },
  plugins: [],
  pluginMap: {},
});
for (const file of files) {
  mkdirSync(dirname(file.filename), { recursive: true });
  writeFileSync(file.filename, await codegen(file));
}
