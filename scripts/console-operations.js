/** web/src/operations.ts, made from schema.graphql and web/src/operations.graphql: writes it; --check fails when it is stale, and writes nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';

const root = fileURLToPath(new URL('../', import.meta.url));
const path = join(root, 'web/src/operations.ts');

const OPENING = [
  '/** What the console asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */',
  "import { gql, type TypedDocumentNode } from '@apollo/client';",
];

const text = await makeOperations();
if (!process.argv.includes('--check')) {
  writeFileSync(path, text);
} else if (readFileSync(path, 'utf8') !== text) {
  console.error('web/src/operations.ts is stale: run `npm run schema`');
  process.exit(1);
}

async function makeOperations() {
  const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');
  const document = parse(readFileSync(join(root, 'web/src/operations.graphql'), 'utf8'));
  const types = await codegen({
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    filename: path,
    documents: [{ location: 'operations.graphql', document }],
    config: { immutableTypes: true, scalars: { DateTime: 'string', ID: 'string' } },
    plugins: [{ operations: {} }],
    pluginMap: { operations: operationTypes },
  });
  return format([...OPENING, '', withoutInternals(types), ...document.definitions.map(documentOf)].join('\n'));
}

/** The generator exports a type for fragments that nobody uses here. */
function withoutInternals(types) {
  return types.replace(/\/\*\* Internal type[^\n]*\nexport type Incremental[^\n]*\n/, '');
}

/** `USER_EVENTS` for the operation UserEvents, typed. */
function documentOf(definition) {
  const { value } = definition.name;
  const type = value + definition.operation.replace(/^./, (letter) => letter.toUpperCase());
  const name = value.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
  return `export const ${name}: TypedDocumentNode<${type}, ${type}Variables> = gql\`${stripIgnoredCharacters(print(definition))}\`;`;
}

function format(text) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=web/src/operations.ts'], {
    cwd: root,
    input: text,
    encoding: 'utf8',
  });
}
