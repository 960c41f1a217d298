/** `latchkey/verifier/graphql-ws`: the hooks of graphql-ws that admit a socket, ask before each operation and each event, and close it. */
import type { GraphQLError } from 'graphql';
import type { Verifier, VerifierCaller } from '../contract.js';
import { admit, type ClosableSocket, closeAtEnd, closeWith } from './connection.js';
import { type ConnectionContext, graphqlErrorOf } from './graphql-gate.js';
import { judge } from './refusal.js';
import { authorizationOfSocket, type CallerContext, type NodeRequest } from './request.js';

export type { CallerContext } from './request.js';

/** What `graphql-ws/use/ws` and `graphql-ws/use/@fastify/websocket` put into `extra`, and what these hooks add. */
interface Extra {
  readonly socket: ClosableSocket;
  readonly request?: NodeRequest;
  caller?: VerifierCaller;
  stopWatching?: () => void;
}

interface Connection {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  readonly extra: unknown;
}

export interface ConnectionOptions {
  /** Admits sockets without a token; the guards of the fields then decide. False unless given. */
  readonly allowAnonymous?: boolean;
}

/**
 * Spread them into the options of `useServer`. The token is in `connectionParams.authorization`, or in the header of the upgrade. Close codes
 * are those of the login server: 4401, 4403 and 1013 (docs/subscriptions.md).
 */
export function createConnectionHooks(verifier: Verifier, { allowAnonymous = false }: ConnectionOptions = {}) {
  const extraOf = ({ extra }: Connection) => extra as Extra;
  const callerIn = (connection: Connection): VerifierCaller =>
    extraOf(connection).caller ?? { kind: 'anonymous', reason: 'TOKEN_MISSING', sessionEnded: null };
  /** @returns the errors to send if the operation may not go on; the socket is then closing */
  const findRefusal = async (connection: Connection): Promise<GraphQLError[] | undefined> => {
    const caller = callerIn(connection);
    if (allowAnonymous && caller.kind === 'anonymous' && caller.reason === 'TOKEN_MISSING') return undefined;
    const refusal = await judge(verifier, caller, []);
    if (refusal === null) return undefined;
    closeWith(extraOf(connection).socket, refusal);
    return [graphqlErrorOf(refusal)];
  };
  return {
    async onConnect(connection: Connection): Promise<boolean> {
      const extra = extraOf(connection);
      const caller = await verifier.authenticate(authorizationOfSocket(connection.connectionParams, extra.request));
      if (!admit(extra.socket, caller, allowAnonymous)) return false;
      extra.caller = caller;
      if (caller.kind === 'authenticated') extra.stopWatching = closeAtEnd(verifier, caller, extra.socket);
      return true;
    },
    context: (connection: Connection): CallerContext & ConnectionContext => ({
      caller: callerIn(connection),
      endConnection: ({ code, reason }) => extraOf(connection).socket.close(code, reason),
    }),
    onSubscribe: (connection: Connection) => findRefusal(connection),
    /** The result is replaced, since it must not leave even if the socket closes slowly. */
    async onNext(connection: Connection): Promise<{ errors: GraphQLError[] } | undefined> {
      const errors = await findRefusal(connection);
      return errors === undefined ? undefined : { errors };
    },
    onClose(connection: Connection): void {
      extraOf(connection).stopWatching?.();
    },
  };
}
