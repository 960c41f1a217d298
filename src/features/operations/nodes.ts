/** Lists the nodes and verifiers that may hold a lease, for the command line, the console and `latchkey doctor`. */
import type { Database } from '../../database/database.js';
import type { Node } from '../../database/generated/client.js';

/** With `acknowledged` as a number, because JSON has no 64-bit integers. */
export type ListedNode = Omit<Node, 'acknowledged'> & {
  readonly acknowledged: number;
  /** The name of a verifier's service credential; null for a node. */
  readonly service: string | null;
  /** How many versions the log was ahead of what it had acknowledged when it last renewed. */
  readonly lag: number;
};

/** Nodes and verifiers, oldest first. With SQLite there are verifiers only. */
export async function readNodes(database: Database): Promise<ListedNode[]> {
  const { nodes, services, version } = await database.read(async (client) => {
    const nodes = await client.node.findMany({ orderBy: [{ startedAt: 'asc' }, { id: 'asc' }] });
    const ids = nodes.flatMap(({ credentialId }) => credentialId ?? []);
    const services =
      ids.length === 0 ? [] : await client.serviceCredential.findMany({ where: { id: { in: ids } }, select: { id: true, name: true } });
    const state = await client.revocationState.findFirst({ select: { version: true } });
    return { nodes, services, version: Number(state?.version ?? 0) };
  });
  const names = new Map(services.map(({ id, name }) => [id, name]));
  return nodes.map(({ acknowledged, ...node }) => ({
    ...node,
    acknowledged: Number(acknowledged),
    service: node.credentialId === null ? null : (names.get(node.credentialId) ?? null),
    lag: Math.max(0, version - Number(acknowledged)),
  }));
}

export function isVerifier({ kind }: Pick<ListedNode, 'kind'>): boolean {
  return kind === 'verifier';
}
