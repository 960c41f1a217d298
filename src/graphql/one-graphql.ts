/** Checks that every library uses one copy of graphql of the right version: two copies refuse each other's types, with obscure errors. */
import { GraphQLInt, GraphQLScalarType, version } from 'graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Int } from 'type-graphql';
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
  throw new OperatorFault(`${stranger} loads another copy of graphql than Latchkey (${version}) does.`, {
    advice: '`npm ls graphql` shows the copies. Keep one of version 16: npm install graphql@16 && npm dedupe',
  });
}
