/** `latchkey schema print` */
import type { Command } from 'commander';
import { printPublicSchema } from '../print-schema.js';

export function addSchemaPrint(schema: Command): void {
  schema
    .command('print')
    .description('print the public API, for code generators')
    .action(async () => {
      process.stdout.write(await printPublicSchema());
    });
}
