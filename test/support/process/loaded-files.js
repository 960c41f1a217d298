/**
 * Preloaded into a process (`--import`): writes the files that it has loaded into LOADED_FILES, one a line, modules and CommonJS alike. It
 * stands in for Node's compile cache too, which older versions lack, and writes the folder that it is given.
 */
import { appendFileSync } from 'node:fs';
import nodeModule, { createRequire, register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

const note = (path) => appendFileSync(process.env.LOADED_FILES, `${path}\n`);

if (isMainThread) {
  register(import.meta.url);
  nodeModule.enableCompileCache = (folder) => note(`compiled code is kept in ${folder}`);
  process.on('exit', () => Object.keys(createRequire(import.meta.url).cache).forEach(note));
}

export async function load(url, context, next) {
  if (url.startsWith('file:')) note(fileURLToPath(url));
  return next(url, context);
}
