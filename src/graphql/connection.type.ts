/** Relay connections (https://relay.dev/graphql/connections.htm): one shape for every list that grows without bound. */
import { ArgsType, type ClassType, Field, Int, ObjectType } from 'type-graphql';
import { LatchkeyError } from '../lib/errors.js';
import type { Page, PageRequest, Position } from '../lib/pages.js';
import { cursorOf, type ListName, parseCursor } from './cursor.js';

const DEFAULT_LENGTH = 20;
const MAX_LENGTH = 100;

@ArgsType()
export class PageArguments {
  @Field(() => Int, { nullable: true, defaultValue: DEFAULT_LENGTH, description: `How many at most, 1 to ${MAX_LENGTH}.` })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'The `endCursor` of the page before; without it, the newest.' })
  after?: string | null;
}

@ObjectType('PageInfo', { description: 'Where a page lies in its list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether older ones follow.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether newer ones come before.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first one; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The cursor of the last one: `after` of the next page. Null on an empty page.' })
  endCursor!: string | null;
}

export interface Connection<Node> {
  readonly edges: readonly { readonly node: Node; readonly cursor: string }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: PageInfoType;
}

/** Makes the class of the type `<name>Connection`. */
export function connectionTypeOf<Node extends object>(name: string, nodeType: ClassType<Node>): ClassType<Connection<Node>> {
  @ObjectType(`${name}Edge`, { description: `One ${name} in a list, and its place there.` })
  class EdgeType {
    @Field(() => nodeType, { description: `The ${name}.` })
    node!: Node;

    @Field(() => String, { description: 'Its place in the list, for `after`. Opaque.' })
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description: 'One page of a list, the newest first.' })
  class ConnectionType implements Connection<Node> {
    @Field(() => [EdgeType], { description: 'What is on the page, with cursors.' })
    edges!: EdgeType[];

    @Field(() => [nodeType], { description: 'What is on the page, without cursors.' })
    nodes!: Node[];

    @Field(() => PageInfoType, { description: 'Where the page lies in the list.' })
    pageInfo!: PageInfoType;
  }
  return ConnectionType;
}

/** @throws LatchkeyError BAD_USER_INPUT for a length out of bounds or a cursor that does not belong to this list */
export function toPageRequest(list: ListName, { first, after }: PageArguments): PageRequest {
  const limit = first ?? DEFAULT_LENGTH;
  if (limit < 1 || limit > MAX_LENGTH) throw LatchkeyError.badInput(`"first" must be from 1 to ${MAX_LENGTH}.`);
  return { limit, after: after ? parseCursor(list, after) : null };
}

export function toConnection<Node>(
  list: ListName,
  { rows, hasNext }: Page<Node>,
  { after }: PageRequest,
  positionOf: (node: Node) => Position,
): Connection<Node> {
  const edges = rows.map((node) => ({ node, cursor: cursorOf(list, positionOf(node)) }));
  const pageInfo = {
    hasNextPage: hasNext,
    hasPreviousPage: after !== null,
    startCursor: edges[0]?.cursor ?? null,
    endCursor: edges.at(-1)?.cursor ?? null,
  };
  return { edges, nodes: rows, pageInfo };
}
