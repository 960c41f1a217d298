/**
 * The built server with some lines of it changed, to see that the fault run notices: `node broken-node.js '[{ "file", "from", "to" }]'`.
 *
 * The server itself knows nothing of it: the text is changed while it is loaded.
 */
import { register } from 'node:module';

register('./broken-source.js', import.meta.url, { data: JSON.parse(process.argv[2]) });
const { start } = await import('../../dist/main.js');
await start();
