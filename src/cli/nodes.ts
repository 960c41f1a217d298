/** `latchkey nodes` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addNodes(program: Command): void {
  program
    .command('nodes')
    .description('list the nodes on this database that may hold a lease; with SQLite there are none')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listNodes', undefined)).outcome,
        (nodes) =>
          nodes.length === 0
            ? ['No nodes.']
            : table(
                ['node', 'started', 'seen', 'lease (ms)', 'renewals', 'version'],
                nodes.map(({ id, startedAt, seenAt, leaseMs, renewals, acknowledged }) => [
                  id,
                  startedAt,
                  seenAt,
                  String(leaseMs),
                  String(renewals),
                  String(acknowledged),
                ]),
              ),
      ),
    );
}
