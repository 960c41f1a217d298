/** Whoever sees to it that what was committed is in force before it is answered. */
import type { RevocationState } from './blacklist.js';
import type { LiveConnections } from './live-connections.js';
import type { LogDelta, Replica } from './memory/replica.js';

/** What a transaction that may have revoked something has left. */
export interface Commit extends LogDelta {
  readonly state: RevocationState;
}

/** How a revocation came to be in force on every node. */
export interface Confirmation {
  /** No other node answers from memory; each of them has said so; no lease that does not know of it can be alive; or Redis has it, which the nodes ask. */
  readonly by: 'single-node' | 'acknowledged' | 'lease-expiry' | 'redis';
  /** The nodes, this one included. */
  readonly nodes: number;
  /** How many of them have said that it is in force there. */
  readonly acknowledged: number;
  readonly waitedMs: number;
}

export interface Coordinator {
  /**
   * Takes in what was committed, and returns once no node accepts what it revokes (R3, R22). Call it after the commit was acknowledged.
   *
   * @throws LatchkeyError LOGOUT_UNCONFIRMED if that can't be known
   */
  confirm(commit: Commit): Promise<Confirmation>;
  /** Takes in what was committed, and revokes nothing. */
  take(commit: LogDelta): void;
}

export const ALONE: Confirmation = { by: 'single-node', nodes: 1, acknowledged: 1, waitedMs: 0 };

/** One process owns the database: what it has in memory is in force. */
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
