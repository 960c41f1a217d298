/** The contract of a coordinator: it puts a committed revocation in force on every node before the client gets its answer. */
import type { RevocationState } from './blacklist.js';
import type { LiveConnections } from './live-connections.js';
import type { LogDelta, Replica } from './memory/replica.js';

/** The log after a transaction that may have revoked something. */
export interface Commit extends LogDelta {
  readonly state: RevocationState;
}

/** How a revocation came into force on every node. */
export interface Confirmation {
  /**
   * `single-node`: no other node answers from memory. `acknowledged`: every other node has acknowledged. `lease-expiry`: every
   * lease without the revocation has run out. `redis`: Redis, which the nodes ask, holds it.
   */
  readonly by: 'single-node' | 'acknowledged' | 'lease-expiry' | 'redis';
  /** The number of nodes, this one included. */
  readonly nodes: number;
  /** How many of them have acknowledged, this one included. */
  readonly acknowledged: number;
  readonly waitedMs: number;
}

export interface Coordinator {
  /**
   * Applies a commit, and returns once no node accepts the tokens that it revokes (R3, R22). Call it after the commit succeeded.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if the node can't make sure of that
   */
  confirm(commit: Commit): Promise<Confirmation>;
  /** Applies a commit that revokes nothing, without waiting. */
  take(commit: LogDelta): void;
}

export const ALONE: Confirmation = { by: 'single-node', nodes: 1, acknowledged: 1, waitedMs: 0 };

/** One process owns the database, so a revocation in its memory is in force everywhere. */
export class SingleNode implements Coordinator {
  constructor(
    private readonly replica: Replica,
    private readonly connections: LiveConnections,
  ) {}

  async confirm(delta: Commit): Promise<Confirmation> {
    this.take(delta);
    return ALONE;
  }

  take(delta: LogDelta): void {
    this.replica.apply(delta);
    this.connections.endRevoked(delta);
  }
}
