/** `latchkey start` */
import type { Command } from 'commander';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('start the server')
    .action(async () => {
      // Imported here, so that the other commands do not load the server.
      const { start } = await import('../main.js');
      await start();
    });
}
