/** Lists the nodes that may hold a lease, for the command line, the console and `latchkey doctor`. */
import type { Database } from '../../database/database.js';
import type { Node } from '../../database/generated/client.js';

/** With the version as a number, because JSON can't carry a 64-bit integer. */
export type ListedNode = Omit<Node, 'acknowledged'> & { readonly acknowledged: number };

/** Oldest first; empty with SQLite. */
export async function readNodes(database: Database): Promise<ListedNode[]> {
  const nodes = await database.read((client) => client.node.findMany({ orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] }));
  return nodes.map(({ acknowledged, ...node }) => ({ ...node, acknowledged: Number(acknowledged) }));
}
