/** The nodes that may hold a lease, as people see them: on the command line, in the console, by `latchkey doctor`. */
import type { Database } from '../../database/database.js';
import type { Node } from '../../database/generated/client.js';

/** As JSON can carry it, which has no 64 bits. */
export type ListedNode = Omit<Node, 'acknowledged'> & { readonly acknowledged: number };

/** The oldest first; none with SQLite. */
export async function readNodes(database: Database): Promise<ListedNode[]> {
  const nodes = await database.read((client) => client.node.findMany({ orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] }));
  return nodes.map(({ acknowledged, ...node }) => ({ ...node, acknowledged: Number(acknowledged) }));
}
