/** How long a request may take to arrive. A client that never finishes one must not keep a connection for ever. */

export interface Arrival {
  /** From the first byte of a request to its last. A connection on which nothing comes has as long. */
  readonly withinMs: number;
  /** How often Node looks for requests that are late. Its default of 30 s would make the limit twice as long. */
  readonly lookEveryMs: number;
}

export const ARRIVAL: Arrival = { withinMs: 30_000, lookEveryMs: 1_000 };

/** The options of Node's server. */
export function arrivalOptions({ withinMs, lookEveryMs }: Arrival) {
  return { requestTimeout: withinMs, headersTimeout: withinMs, connectionsCheckingInterval: lookEveryMs };
}
