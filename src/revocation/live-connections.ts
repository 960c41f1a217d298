/** Finds open connections by the ids of their tokens, so that a revocation ends them at once, even idle ones (R28). */
import type { LogDelta } from './memory/replica.js';
import { type RevocableToken, type Revoked, verdictOnGeneration } from './revocation-check.js';

/** Why the server ends a connection. */
export type EndOfConnection = Revoked | 'expired' | 'unavailable' | 'stopping';

export interface LiveConnection {
  /** Null for an anonymous connection. */
  readonly token: RevocableToken | null;
  /** Once it has returned, the client receives nothing more from a subscription. */
  end(cause: EndOfConnection): void;
}

export function createLiveConnections(...given: ConstructorParameters<typeof LiveConnections>): LiveConnections {
  return new LiveConnections(...given);
}

export class LiveConnections {
  readonly #all = new Set<LiveConnection>();
  readonly #byId = new Map<string, Set<LiveConnection>>();
  #generation = 0;

  /** @param onChange called with true when the first connection opens, and with false when the last one closes */
  constructor(private readonly onChange: (areOpen: boolean) => void) {}

  get size(): number {
    return this.#all.size;
  }

  /** How many connections a session has. */
  countOf(sid: string): number {
    return this.#byId.get(sid)?.size ?? 0;
  }

  /** Call it in the same turn in which the check found the token live: a revocation in between would miss the connection. */
  add(connection: LiveConnection): void {
    this.#all.add(connection);
    for (const id of idsOf(connection)) {
      const group = this.#byId.get(id);
      if (group === undefined) this.#byId.set(id, new Set([connection]));
      else group.add(connection);
    }
    if (this.#all.size === 1) this.onChange(true);
  }

  remove(connection: LiveConnection): void {
    if (!this.#all.delete(connection)) return;
    for (const id of idsOf(connection)) {
      const group = this.#byId.get(id);
      group?.delete(connection);
      if (group?.size === 0) this.#byId.delete(id);
    }
    if (this.#all.size === 0) this.onChange(false);
  }

  /** Ends the connections whose tokens the rows revoke; a new generation also ends all connections of older ones. */
  endRevoked({ state, rows }: LogDelta): void {
    for (const { id } of rows) this.#endSession(id);
    for (const { id } of rows) for (const connection of [...(this.#byId.get(id) ?? [])]) connection.end('token-revoked');
    if (state.generation <= this.#generation) return;
    this.#generation = state.generation;
    for (const connection of [...this.#all]) {
      const { token } = connection;
      if (token !== null && token.gen < state.generation) connection.end(verdictOnGeneration(token.gen, state));
    }
  }

  /** Comes before the other ids: a client whose session has ended must not be told to refresh. */
  #endSession(id: string): void {
    for (const connection of [...(this.#byId.get(id) ?? [])]) if (connection.token?.sid === id) connection.end('session-revoked');
  }

  /** Ends the connections for whose token there is a cause. */
  endWhere(findCause: (token: RevocableToken) => EndOfConnection | null): void {
    for (const connection of [...this.#all]) {
      const cause = connection.token === null ? null : findCause(connection.token);
      if (cause !== null) connection.end(cause);
    }
  }

  /** Ends all connections, or only those that have a token. */
  endAll(cause: EndOfConnection, strangersToo: boolean): void {
    for (const connection of [...this.#all]) if (strangersToo || connection.token !== null) connection.end(cause);
  }
}

function idsOf({ token }: LiveConnection): string[] {
  return token === null ? [] : [token.sid, token.jti, token.kid];
}
