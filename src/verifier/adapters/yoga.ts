/** `latchkey/verifier/yoga`: a plugin of GraphQL Yoga that gives every resolver the caller, and asks again before each event is sent. */
import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { Verifier } from '../contract.js';
import { callerOf, graphqlErrorOf } from './graphql-gate.js';
import { refuseOpenFields } from './guarded-schema.js';
import { judge } from './refusal.js';
import { authorizationOf, type CallerContext, type NodeRequest } from './request.js';

export { type DeclaredAccess, type FieldAccess, guardSchema } from './guarded-schema.js';
export type { CallerContext } from './request.js';

/** The parts of Yoga's plugins that are used here. Yoga's own types would put `http` into the error extensions of the whole program. */
interface Building {
  readonly context: object;
  extendContext(context: CallerContext): void;
}

interface Next {
  readonly result: ExecutionResult | AsyncIterable<unknown>;
  setResult(result: ExecutionResult): void;
}

/**
 * The schema must have gone through `guardSchema`: the plugin walks it when Yoga takes it.
 *
 * @throws TypeError (from `createYoga`) if a field of the schema is neither guarded nor public
 */
export function useLatchkey(verifier: Verifier) {
  return {
    onSchemaChange({ schema }: { readonly schema: GraphQLSchema }): void {
      refuseOpenFields(schema);
    },
    async onContextBuilding({ context, extendContext }: Building): Promise<void> {
      // On Node the request of Node has all headers; the Request of fetch has joined them.
      const { req, request } = context as { readonly req?: NodeRequest; readonly request?: Request };
      const authorization = req === undefined ? (request?.headers.get('authorization') ?? undefined) : authorizationOf(req);
      extendContext({ caller: await verifier.authenticate(authorization) });
    },
    onSubscribe({ args }: { readonly args: { readonly contextValue?: unknown } }) {
      const caller = callerOf(args.contextValue);
      if (caller.kind !== 'authenticated') return undefined;
      return {
        onSubscribeResult: () => ({
          async onNext({ result, setResult }: Next): Promise<void> {
            // Resolvers below the field may have worked for long. What they found must not leave after the logout.
            const refusal = await judge(verifier, caller, []);
            if (refusal !== null && !('errors' in result && result.errors)) setResult({ errors: [graphqlErrorOf(refusal)] });
          },
        }),
      };
    },
  };
}
