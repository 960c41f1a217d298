/** Lists the nodes that may hold a lease, for the command line, the console and `latchkey doctor`. */
import type { Database } from '../../database/database.js';
import type { Node } from '../../database/generated/client.js';

/** With `acknowledged` as a number, because JSON has no 64-bit integers. */
export type ListedNode = Omit<Node, 'acknowledged'> & { readonly acknowledged: number };

/** Oldest first; empty with SQLite. */
export async function readNodes(database: Database): Promise<ListedNode[]> {
  const nodes = await database.read((client) => client.node.findMany({ orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] }));
  return nodes.map(({ acknowledged, ...node }) => ({ ...node, acknowledged: Number(acknowledged) }));
}
