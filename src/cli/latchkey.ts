#!/usr/bin/env node
/** The command `latchkey`. It only loads the program. */
// Imported on demand: the bundle would put the code that its other files share into this one, and this one runs a command when it is loaded.
const { runCommand } = await import('./program.js');
await runCommand();

export {};
