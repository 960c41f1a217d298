/** `npm start`: builds if necessary, then runs `latchkey start` in the same process. */
import { build, isStale } from './build.js';

if (isStale()) {
  console.error('Building (once) ...');
  build();
}
process.argv.splice(2, Infinity, 'start');
await import('../dist/command/latchkey.js');
