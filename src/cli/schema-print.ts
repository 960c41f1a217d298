/** `latchkey schema print` */
import type { Command } from 'commander';
import { printPublicSchema } from '../schema.js';

export function addSchemaPrint(schema: Command): void {
  schema
    .command('print')
    .description('print the public API, for code generators')
    .action(() => {
      process.stdout.write(printPublicSchema());
    });
}
