/** The input and the output of a simulation. */
/** An act on the system, at an instant of true time. */
export interface Act {
  readonly at: number;
  readonly node: number;
  readonly kind: 'logout' | 'check' | 'pause' | 'suspend' | 'step' | 'kill' | 'stop' | 'deafen' | 'listen' | 'look' | 'cut-off' | 'sockets';
  readonly session: number;
  /** From 0 to 1; how long or how far depends on the act. */
  readonly amount: number;
}

export interface Script {
  readonly nodes: number;
  readonly seed: number;
  /** Clock rates of the nodes, 0.99 to 1.01. */
  readonly rates: readonly number[];
  /** From 0 to 1: how much the network loses and delays. */
  readonly roughness: number;
  readonly acts: readonly Act[];
}

export interface Report {
  readonly faults: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** T with doorbells and without. */
export const LISTENING_MS = 400;
export const POLLING_MS = 120;

export const ACTS_END = 6_000;
export const RECOVERED_AT = 9_500;
export const END = 11_500;
