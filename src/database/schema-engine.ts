/** Runs Prisma's migration engine as WebAssembly: no binary to download, and the same `_prisma_migrations` table as the Prisma CLI. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';

/**
 * Runs one piece of work with the engine, then disconnects from the database.
 *
 * The engine keeps its connections after `free()`, so this function disposes of its adapters itself.
 */
export async function withSchemaEngine<Result>(
  factory: SqlMigrationAwareDriverAdapterFactory,
  datamodel: string,
  work: (engine: bindings.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  await instantiate();
  const adapters: SqlDriverAdapter[] = [];
  const bound = bindMigrationAwareSqlAdapterFactory(remembering(factory, adapters));
  const engine = await bindings.SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, () => undefined, bound);
  try {
    return await work(engine);
  } finally {
    engine.free();
    await Promise.all(adapters.map((adapter) => adapter.dispose()));
  }
}

function remembering(factory: SqlMigrationAwareDriverAdapterFactory, adapters: SqlDriverAdapter[]): SqlMigrationAwareDriverAdapterFactory {
  const remember = (adapter: SqlDriverAdapter) => {
    adapters.push(adapter);
    return adapter;
  };
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => remember(await factory.connect()),
    connectToShadowDb: async () => remember(await factory.connectToShadowDb()),
  };
}

/** The part of the WebAssembly interface that this file uses; Node's type declarations lack it. */
declare const WebAssembly: {
  instantiate(binary: Uint8Array, imports: Record<string, unknown>): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

let instantiated: Promise<void> | undefined;

function instantiate(): Promise<void> {
  instantiated ??= load();
  return instantiated;
}

async function load(): Promise<void> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const binary = await readFile(entry.replace(/\.js$/, '.wasm'));
  const { instance } = await WebAssembly.instantiate(binary, { './schema_engine_bg.js': bindings });
  (bindings as unknown as { __wbg_set_wasm(exports: unknown): void }).__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
}
