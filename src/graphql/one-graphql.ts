/** Checks that every library uses one copy of graphql of the right version: two copies refuse each other's types, with obscure errors. */
import { GraphQLInt, GraphQLScalarType, version } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { getMetadataStorage, Int } from 'type-graphql';
import { OperatorFault } from '../lib/operator-fault.js';

const NEEDED = { major: 16, minor: 15 } as const;

/** @throws OperatorFault if graphql is too old or too new, or if type-graphql or graphql-scalars loads another copy */
export function assertOneGraphql(): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major === NEEDED.major && minor >= NEEDED.minor;
  if (!fits) {
    throw new OperatorFault(`Latchkey needs graphql ${NEEDED.major}.${NEEDED.minor} or a later ${NEEDED.major}, and finds ${version}.`, {
      advice: `Install it: npm install graphql@^${NEEDED.major}.${NEEDED.minor}.0`,
    });
  }
  const copies = Object.entries({ 'type-graphql': Int === GraphQLInt, 'graphql-scalars': GraphQLDateTime instanceof GraphQLScalarType });
  const stranger = copies.find(([, isShared]) => !isShared)?.[0];
  if (stranger === undefined) return;
  throw new OperatorFault(`${stranger} loads another copy of graphql than Latchkey (${version}) does.`, { advice: KEEP_ONE });
}

/**
 * An application may have copies of type-graphql and graphql of its own, beside those of Latchkey. type-graphql then fails with "Cannot
 * determine GraphQL output type".
 *
 * @returns what explains that error, or the error as it is
 */
export function explainSecondCopy(error: unknown): unknown {
  if (!(error instanceof Error) || !error.message.startsWith('Cannot determine GraphQL')) return error;
  const { queries, mutations, subscriptions, fields, params } = getMetadataStorage();
  const types = [
    ...[...queries, ...mutations, ...subscriptions].map(({ getReturnType }) => getReturnType()),
    ...[...fields, ...params].map((typed) => ('getType' in typed ? typed.getType?.() : undefined)),
  ];
  if (!types.some(isForeign)) return error;
  const problem = `Your resolvers use types of another copy of graphql than Latchkey (${version}) does, or load type-graphql from another place.`;
  return new OperatorFault(problem, { advice: KEEP_ONE, cause: error });
}

const KEEP_ONE =
  '`npm ls graphql type-graphql` shows the copies. Keep one of each: install graphql@16, and Latchkey from a folder with `npm install --install-links`.';

/** Each copy of graphql tags its classes with the same names. */
function isForeign(type: unknown): boolean {
  return Object.prototype.toString.call(type) === '[object GraphQLScalarType]' && !(type instanceof GraphQLScalarType);
}
