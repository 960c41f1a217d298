/** GraphQL Code Generator with its client preset, as its command line runs it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildSchema, parse } from 'graphql';

/**
 * Writes what the preset generates from a schema and a file of operations into a folder. It calls the core instead of the command line,
 * which brings 150 packages, some of which need a newer Node than the server does.
 */
export async function generateClient(schemaPath: string, operationsPath: string, folder: string): Promise<void> {
  const schema = readFileSync(schemaPath, 'utf8');
  const operations = readFileSync(operationsPath, 'utf8');
  const files = await preset.buildGeneratesSection({
    baseOutputDir: `${folder}/`,
    schema: parse(schema),
    schemaAst: buildSchema(schema),
    documents: [{ location: operationsPath, document: parse(operations), rawSDL: operations }],
    config: { useTypeImports: true, enumsAsTypes: true, importExtension: '.js', scalars: { DateTime: 'string' } },
    presetConfig: { fragmentMasking: false },
    plugins: [],
    pluginMap: {},
  });
  for (const file of files) {
    mkdirSync(dirname(file.filename), { recursive: true });
    writeFileSync(file.filename, await codegen(file));
  }
}
