/** `latchkey schema print` */
import type { Command } from 'commander';

export function addSchemaPrint(schema: Command): void {
  schema
    .command('print')
    .description('print the public API, for code generators')
    .action(async () => {
      const { printPublicSchema } = await import('../print-schema.js');
      process.stdout.write(await printPublicSchema());
    });
}
