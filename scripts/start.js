/** `npm start`: builds what is missing, then starts the server in this same process. */
import { build, isStale } from './build.js';

if (isStale()) {
  console.error('Building (once) ...');
  build();
}
const { start } = await import('../dist/main.js');
await start();
