/**
 * Bundles the compiled command `latchkey` with its packages into `dist/command`. A start opens three of its files; what is imported on
 * demand stays in others. An application that embeds the server imports the modules of `dist`, and shares its packages with them.
 */
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { licencesOf } from './licences.js';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');

/** The bundle asks for these packages when it needs them. All others are in it. */
const LEFT_OUT = [
  // They load a native library that lies beside them.
  'libsql',
  '@node-rs/argon2',
  // Its WebAssembly lies beside it, and only a migration needs it.
  /^@prisma\/schema-engine-wasm/,
  // Only routes of an application have schemas, and only its resolvers have validated inputs.
  '@fastify/ajv-compiler',
  '@fastify/fast-json-stringify-compiler',
  'class-validator',
];

/** One file each, for modules that are needed together: these modules, and what they import that no file before has. */
const FILES = {
  // `main` is here, because it must run before the others are loaded: it tells Node where their compiled code is kept.
  program: ['cli/program', 'main'],
  data: ['data', 'database/file-lock', 'database/open-migrated', 'database/sqlite-engine', 'database/start-lock'],
  server: ['app'],
};

const fileOf = new Map();

const modulesNeededTogether = {
  name: 'modules-needed-together',
  buildEnd() {
    for (const [file, modules] of Object.entries(FILES)) {
      const add = (id) => {
        if (fileOf.has(id)) return;
        fileOf.set(id, file);
        this.getModuleInfo(id)?.importedIds.forEach(add);
      };
      for (const name of modules) add(join(dist, `${name}.js`));
    }
  },
};

/** Prisma's query compiler is a module of 2 MB of base64, which Node would parse and keep. Here it is a file of bytes. */
const compilerAsFile = {
  name: 'compiler-as-file',
  load: {
    filter: { id: /\.wasm-base64\.mjs$/ },
    async handler(id) {
      const { wasm } = await import(id);
      const fileName = basename(id).replace('.wasm-base64.mjs', '.wasm');
      this.emitFile({ type: 'asset', fileName, source: Buffer.from(wasm, 'base64') });
      return `import { readFileSync } from 'node:fs';\nexport const wasm = readFileSync(new URL('./${fileName}', import.meta.url));`;
    },
  },
};

/** This package looks for Node's hashes by `module.require`, which a bundle does not have. It would take slow ones in JavaScript. */
const hashesOfNode = {
  name: 'hashes-of-node',
  load: {
    filter: { id: /@apollo[\\/]utils\.createhash[\\/]dist[\\/]index\.js$/ },
    handler: () => "exports.createHash = require('node:crypto').createHash;",
  },
};

/** V8 keeps a source with one letter outside of Latin-1 in twice the space, and reads it more slowly: such letters are written as escapes. */
const asAscii = {
  name: 'as-ascii',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type === 'chunk') file.code = escaped(file);
    }
  },
};

function escaped({ code, fileName }) {
  // A backslash before the letter would make something else of the escape, and `String.raw` would keep it.
  if (/\\[^\0-\x7f]|String\.raw`[^`]*[^\0-\x7f`]/.test(code))
    throw new Error(`${fileName} has a letter that can't be written as an escape`);
  return code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What is published with the code of other packages must carry their licences. */
const licences = {
  name: 'licences',
  generateBundle(_options, files) {
    const modules = Object.values(files).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    this.emitFile({ type: 'asset', fileName: 'third-party-licenses.txt', source: licencesOf(modules) });
  },
};

function refuseWarnings(level, { code, message }) {
  // Several commands import on demand what another one imports at once.
  if (level === 'warn' && code !== 'INEFFECTIVE_DYNAMIC_IMPORT') throw new Error(message);
}

/** A package that is loaded on demand is called by its name. */
function nameOf({ name, facadeModuleId }) {
  if (!['dist', 'esm', 'index'].includes(name)) return `${name}.js`;
  const [, named = name] = /.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?([^\\/]+)/.exec(facadeModuleId ?? '') ?? [];
  return `${named}.js`;
}

const bundle = await rolldown({
  input: join(dist, 'cli/latchkey.js'),
  platform: 'node',
  external: LEFT_OUT,
  // Node would take the CommonJS of graphql: a function around each of 129 files, each parsed twice.
  resolve: { alias: { graphql: join(root, 'node_modules/graphql/index.mjs') } },
  plugins: [modulesNeededTogether, compilerAsFile, hashesOfNode, asAscii, licences],
  onLog: refuseWarnings,
});
await bundle.write({
  // As deep as the folders of the modules: what a module finds from its own place, the bundle finds too.
  dir: join(dist, 'command'),
  chunkFileNames: nameOf,
  codeSplitting: {
    groups: Object.keys(FILES).map((name, index, { length }) => ({
      name,
      test: (id) => fileOf.get(id) === name,
      priority: length - index,
    })),
  },
  // Types of GraphQL and errors are called what their classes are. Nothing is shortened, so that stack traces can be read.
  keepNames: true,
  comments: false,
});
await bundle.close();
