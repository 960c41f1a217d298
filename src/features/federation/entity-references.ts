/** Reads the representations that a router sends. Only `__typename` and `id` are read: a router may be wrong about all else. */
import { LatchkeyError } from '../../lib/errors.js';

export interface EntityReference {
  readonly typename: 'User' | 'Session';
  /** Null if nothing can have the id that was sent. */
  readonly id: string | null;
}

/** Far more than a page of any list here. Prisma would ask for more than 999 ids in several statements. */
export const MAX_REPRESENTATIONS = 900;

const TYPENAMES = ['User', 'Session'] as const;
/** An id of another form is asked of no database: a letter U+0000, for example, would be a fault there. */
const ID = /^[!-~]{1,100}$/;

/** @throws LatchkeyError BAD_USER_INPUT, which repeats nothing that was sent */
export function readReferences(representations: readonly unknown[]): EntityReference[] {
  if (representations.length > MAX_REPRESENTATIONS)
    throw LatchkeyError.badInput(`At most ${MAX_REPRESENTATIONS} representations at once: split the request.`);
  return representations.map(readReference);
}

function readReference(representation: unknown, index: number): EntityReference {
  const fault = (text: string) => LatchkeyError.badInput(`representations[${index}] ${text}`);
  if (typeof representation !== 'object' || representation === null || Array.isArray(representation)) throw fault('is not an object.');
  const { __typename, id } = representation as { readonly __typename?: unknown; readonly id?: unknown };
  const typename = TYPENAMES.find((known) => known === __typename);
  if (typename === undefined) throw fault(`needs a "__typename" that this subgraph resolves: ${TYPENAMES.join(' or ')}.`);
  // An ID may be sent as a number (GraphQL, section 3.5.5), but no id here is one.
  if (typeof id !== 'string' && !Number.isInteger(id)) throw fault('needs its key "id", as an ID.');
  return { typename, id: typeof id === 'string' && ID.test(id) ? id : null };
}
