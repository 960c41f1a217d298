/** The type ServerStatus, and the nodes in it. */
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ListedNode } from './nodes.js';
import type { ServerStatus } from './server-overview.js';

export const RevocationCheckMode = {
  MEMORY: 'memory',
  LEASE: 'lease',
  DATABASE: 'database',
  REDIS: 'redis',
} as const satisfies Record<string, ServerStatus['revocationCheck']>;

registerEnumType(RevocationCheckMode, {
  name: 'RevocationCheckMode',
  description: 'Where a node looks whether a token is revoked: the setting `REVOCATION_CHECK`.',
  valuesConfig: {
    MEMORY: { description: 'In its memory: it is the only node.' },
    LEASE: { description: 'In its memory, for as long as a lease from the database allows.' },
    DATABASE: { description: 'In the database, each time.' },
    REDIS: { description: 'In the mirror in Redis, each time.' },
  },
});

@ObjectType('ServerNode', { description: 'A node on this database that may hold a lease.' })
export class ServerNodeType implements Pick<ListedNode, 'id' | 'startedAt' | 'seenAt' | 'leaseMs'> {
  @Field(() => ID, { description: 'A new one with each registration of the node.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When the node has registered.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When it has last renewed its lease, by the clock of the database.' })
  seenAt!: Date;

  @Field(() => Int, { description: 'Milliseconds for which its lease may hold: so long a logout waits for it if it is dead.' })
  leaseMs!: number;
}

@ObjectType('ServerStatus', { description: 'How this node stands, as it sees it.' })
export class ServerStatusType implements ServerStatus {
  @Field(() => RevocationCheckMode, { description: 'Where this node looks whether a token is revoked.' })
  revocationCheck!: ServerStatus['revocationCheck'];

  @Field(() => Boolean, {
    name: 'blacklistKnown',
    description: 'Whether this node knows the blacklist; one that does not lets nobody in by memory.',
  })
  isBlacklistKnown!: boolean;

  @Field(() => Int, { description: 'How many ids are on the blacklist.' })
  liveRevocations!: number;

  @Field(() => Int, { description: 'The version of the blacklist that this node has applied; it goes up with each revocation.' })
  blacklistVersion!: number;

  @Field(() => Int, { description: 'WebSockets and event streams that are open at this node.' })
  liveConnections!: number;

  @Field(() => Boolean, {
    name: 'mirrorWhole',
    nullable: true,
    description: 'Whether what Redis says of revocations may be believed; null without Redis.',
  })
  isMirrorWhole!: boolean | null;

  @Field(() => [ServerNodeType], {
    description: 'The nodes on this database that may hold a lease, the oldest first; with SQLite there are none.',
  })
  nodes!: readonly ListedNode[];
}
