/** `latchkey/verifier/apollo`: the context function of Apollo Server, which gives every resolver the caller. */
import type { GraphQLSchema } from 'graphql';
import type { Verifier } from '../contract.js';
import { refuseOpenFields } from './guarded-schema.js';
import { type CallerContext, callerOfRequest, type NodeRequest } from './request.js';

export { type DeclaredAccess, type FieldAccess, guardSchema } from './guarded-schema.js';
export type { CallerContext } from './request.js';

/**
 * Also the integrations for Express and the standalone server pass `{ req }`.
 *
 * @param schema the schema that is served. It is walked once, here
 * @throws TypeError if a field of it is neither guarded nor public
 */
export function createContext(
  verifier: Verifier,
  schema: GraphQLSchema,
): (request: { readonly req: NodeRequest }) => Promise<CallerContext> {
  refuseOpenFields(schema);
  return async ({ req }) => ({ caller: await callerOfRequest(verifier, req) });
}
