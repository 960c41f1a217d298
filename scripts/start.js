/** `npm start`: builds if necessary, then starts the server in the same process. */
import { build, isStale } from './build.js';

if (isStale()) {
  console.error('Building (once) ...');
  build();
}
const { start } = await import('../dist/main.js');
await start();
