/** The GraphQL type ServerStatus and the types in it. */
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
  description: 'Where a node checks whether a token is revoked: the setting `REVOCATION_CHECK`.',
  valuesConfig: {
    MEMORY: { description: 'In its memory, as the only node.' },
    LEASE: { description: 'In its memory, for as long as a lease from the database allows.' },
    DATABASE: { description: 'In the database, on each request.' },
    REDIS: { description: 'In the copy of the blacklist in Redis, on each request.' },
  },
});

@ObjectType('ServerNode', { description: 'A node on this database that may hold a lease.' })
export class ServerNodeType implements Pick<ListedNode, 'id' | 'startedAt' | 'seenAt' | 'leaseMs'> {
  @Field(() => ID, { description: 'The id of the node; it changes each time the node registers.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When the node registered.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the node last renewed its lease, by the clock of the database.' })
  seenAt!: Date;

  @Field(() => Int, {
    description: 'The longest that its lease may last, in milliseconds. If the node is dead, a logout waits that long for it.',
  })
  leaseMs!: number;
}

@ObjectType('ServerVerifier', { description: 'Another service that honours revocations as strictly as a node: they wait for it.' })
export class ServerVerifierType implements Pick<ListedNode, 'id' | 'service' | 'startedAt' | 'seenAt' | 'leaseMs' | 'lag'> {
  @Field(() => ID, { description: 'The id of the verifier; it changes each time the verifier registers.' })
  id!: string;

  @Field(() => String, { nullable: true, description: 'The name of its service credential.' })
  service!: string | null;

  @Field(() => GraphQLDateTime, { description: 'When the verifier registered.' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the verifier last renewed its lease.' })
  seenAt!: Date;

  @Field(() => Int, {
    description: 'The longest that its lease may last, in milliseconds. If the verifier is dead, a logout waits that long for it.',
  })
  leaseMs!: number;

  @Field(() => Int, { description: 'How many versions of the blacklist it had not acknowledged when it last renewed.' })
  lag!: number;
}

@ObjectType('ServerStatus', { description: 'The state of the node that answers, as it sees it.' })
export class ServerStatusType implements ServerStatus {
  @Field(() => RevocationCheckMode, { description: 'Where this node checks whether a token is revoked.' })
  revocationCheck!: ServerStatus['revocationCheck'];

  @Field(() => Boolean, {
    name: 'blacklistKnown',
    description: 'Whether this node knows the blacklist. A node that does not know it accepts no token from memory.',
  })
  isBlacklistKnown!: boolean;

  @Field(() => Int, { description: 'The number of ids on the blacklist.' })
  liveRevocations!: number;

  @Field(() => Int, { description: 'The version of the blacklist that this node has applied. Each revocation raises it.' })
  blacklistVersion!: number;

  @Field(() => Int, { description: 'The number of WebSockets and event streams open at this node.' })
  liveConnections!: number;

  @Field(() => Boolean, {
    name: 'mirrorWhole',
    nullable: true,
    description: 'Whether the copy of the blacklist in Redis is complete and can be trusted; null without Redis.',
  })
  isMirrorWhole!: boolean | null;

  @Field(() => [ServerNodeType], {
    description: 'The nodes on this database that may hold a lease, oldest first; empty with SQLite.',
  })
  nodes!: readonly ListedNode[];

  @Field(() => [ServerVerifierType], { description: 'The other services that may hold a lease, oldest first.' })
  verifiers!: readonly ListedNode[];
}
