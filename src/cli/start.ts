/** `latchkey start` */
import type { Command } from 'commander';
import { start } from '../main.js';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('start the server')
    .action(() => start());
}
