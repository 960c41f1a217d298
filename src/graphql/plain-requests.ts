/** Refuses an operation that a plain request cannot run, before anything is executed. */
import { GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { findVariableFault, type Variables } from './variable-faults.js';

/** @returns null if the operation may run, or if the request names none */
export type FindOperationFault = (operation: OperationDefinitionNode | undefined, variables: Variables | undefined) => Error | null;

export function faultsOfPlainRequests(schema: GraphQLSchema): FindOperationFault {
  return (operation, variables = {}) => {
    if (operation === undefined) return null;
    if (operation.operation === 'subscription') return noStream();
    return findVariableFault(schema, operation, variables);
  };
}

function noStream(): GraphQLError {
  const message =
    'A subscription needs a connection that stays open: a WebSocket (graphql-transport-ws), or an event stream ("Accept: text/event-stream").';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
