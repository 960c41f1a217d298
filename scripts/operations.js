/** The operations of the client and of the console in TypeScript, from schema.graphql and operations.graphql: writes them; --check fails when they are stale, and writes nothing. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codegen } from '@graphql-codegen/core';
import * as operationTypes from '@graphql-codegen/typescript-operations';
import { buildSchema, parse, print, stripIgnoredCharacters } from 'graphql';

const root = fileURLToPath(new URL('../', import.meta.url));
const schema = readFileSync(join(root, 'schema.graphql'), 'utf8');

/** For each folder: the scalars beside those of the specification, and the file around the types of the operations. */
const TARGETS = [
  { folder: 'src/client', scalars: { DateTime: 'string' }, write: clientFile },
  { folder: 'web/src', scalars: { DateTime: 'string', ID: 'string' }, write: consoleFile },
];

for (const { folder, scalars, write } of TARGETS) {
  const path = `${folder}/operations.ts`;
  const document = parse(readFileSync(join(root, folder, 'operations.graphql'), 'utf8'));
  const text = format(path, write(await typesOf(path, document, scalars), document.definitions).join('\n'));
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, path), text);
  } else if (readFileSync(join(root, path), 'utf8') !== text) {
    console.error(`${path} is stale: run \`npm run schema\``);
    process.exitCode = 1;
  }
}

async function typesOf(path, document, scalars) {
  const types = await codegen({
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    filename: join(root, path),
    documents: [{ location: 'operations.graphql', document }],
    config: { immutableTypes: true, scalars },
    plugins: [{ operations: {} }],
    pluginMap: { operations: operationTypes },
  });
  // The generator exports a type for fragments that nobody uses here.
  return types.replace(/\/\*\* Internal type[^\n]*\nexport type Incremental[^\n]*\n/, '');
}

/** By the field that they ask for: the documents without names and white space, and for each the types of its variables and its answer. */
function clientFile(types, definitions) {
  const operations = definitions.map((definition) => ({
    field: definition.selectionSet.selections[0].name.value,
    text: stripIgnoredCharacters(print({ ...definition, name: undefined })),
    type: typeOf(definition),
  }));
  return [
    '/** What the client asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */',
    types,
    'export const DOCUMENTS = {',
    ...operations.map(({ field, text }) => `${field}: '${text}',`),
    '} as const;',
    'export interface Operations {',
    ...operations.map(({ field, type }) => `${field}: { variables: ${type}Variables; answer: ${type} };`),
    '}',
  ];
}

/** A typed document for each operation: `USER_EVENTS` for `UserEvents`. */
function consoleFile(types, definitions) {
  return [
    '/** What the console asks the server, with its types. Made from schema.graphql and operations.graphql by `npm run schema`, never edited. */',
    "import { gql, type TypedDocumentNode } from '@apollo/client';",
    '',
    types,
    ...definitions.map((definition) => {
      const name = definition.name.value.replace(/(?<=[a-z])[A-Z]/g, '_$&').toUpperCase();
      const type = typeOf(definition);
      return `export const ${name}: TypedDocumentNode<${type}, ${type}Variables> = gql\`${stripIgnoredCharacters(print(definition))}\`;`;
    }),
  ];
}

/** As the generator names it: `UserEventsSubscription`. */
function typeOf({ name, operation }) {
  return name.value + operation.replace(/^./, (letter) => letter.toUpperCase());
}

function format(path, input) {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${path}`], { cwd: root, input, encoding: 'utf8' });
}
