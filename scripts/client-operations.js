/** src/client/operations.ts, made from schema.graphql and src/client/operations.graphql: writes it; --check fails when it is stale, and writes nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';

const root = fileURLToPath(new URL('../', import.meta.url));
const path = join(root, 'src/client/operations.ts');

const OPENING =
  '/** What the client asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */';

const text = await makeOperations();
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readFileSync(path, 'utf8') !== text) {
  console.error('src/client/operations.ts is stale: run `npm run schema`');
  process.exit(1);
}

async function makeOperations() {
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  const document = parse(readFileSync(join(root, 'src/client/operations.graphql'), 'utf8'));
  const types = await codegen({
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    filename: path,
    documents: [{ location: 'operations.graphql', document }],
    config: { immutableTypes: true, scalars: { DateTime: 'string' } },
    plugins: [{ operations: {} }],
    pluginMap: { operations: operationTypes },
  });
  return format([OPENING, withoutInternals(types), ...mapsOf(document)].join('\n'));
}

/** The generator exports a type for fragments that nobody uses here. */
function withoutInternals(types) {
  return types.replace(/\/\*\* Internal type[^\n]*\nexport type Incremental[^\n]*\n/, '');
}

/** By the field that they ask for: the documents without names and white space, and for each the types of what goes in and what comes out. */
function mapsOf(document) {
  const operations = document.definitions.map((definition) => ({
    name: definition.selectionSet.selections[0].name.value,
    text: stripIgnoredCharacters(print({ ...definition, name: undefined })),
    type: `${definition.name.value}${definition.operation === 'query' ? 'Query' : 'Mutation'}`,
  }));
  return [
    'export const DOCUMENTS = {',
    ...operations.map(({ name, text }) => `${name}: '${text}',`),
    '} as const;',
    'export interface Operations {',
    ...operations.map(({ name, type }) => `${name}: { variables: ${type}Variables; answer: ${type} };`),
    '}',
  ];
}

function format(text) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=src/client/operations.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
}
