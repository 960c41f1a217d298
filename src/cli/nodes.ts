/** `latchkey nodes` */
import type { Command } from 'commander';
import { administer } from './administer.js';
import { JSON_OPTION, type OutputOptions, report, table } from './output.js';

export function addNodes(program: Command): void {
  program
    .command('nodes')
    .description('list the nodes and verifiers on this database that may hold a lease; with SQLite there are no nodes')
    .option(...JSON_OPTION)
    .action((options: OutputOptions) =>
      report(
        options,
        async () => (await administer('listNodes', undefined)).outcome,
        (nodes) =>
          nodes.length === 0
            ? ['No nodes and no verifiers.']
            : table(
                ['id', 'kind', 'service', 'started', 'seen', 'lease (ms)', 'renewals', 'version', 'behind'],
                nodes.map(({ id, kind, service, startedAt, seenAt, leaseMs, renewals, acknowledged, lag }) => [
                  id,
                  kind,
                  service ?? '-',
                  startedAt,
                  seenAt,
                  String(leaseMs),
                  String(renewals),
                  String(acknowledged),
                  String(lag),
                ]),
              ),
      ),
    );
}
