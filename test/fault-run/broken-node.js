/**
 * A built program with some lines of it changed, to see that the fault run notices:
 * `node broken-node.js <program> '[{ "file", "from", "to" }]'`, where the program is the server or the service.
 *
 * The program itself knows nothing of it: the text is changed while it is loaded.
 */
import { register } from 'node:module';

const [, , program, changes] = process.argv;
register('./broken-source.js', import.meta.url, { data: JSON.parse(changes) });
const { start } = await import(program);
await start?.();
