/** The clocks and the randomness that the server is given, so that a test can control them. */

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

/** The clock for leases. It keeps running in tests that stop the wall clock of the domain. */
export interface LeaseClock {
  /** Both clocks of the machine in milliseconds, read together. Nobody can set the monotonic one. */
  now(): { readonly monotonic: number; readonly wall: number };
}

export interface Randomness {
  /** Cryptographically secure random bytes. */
  bytes(count: number): Buffer;
}

/**
 * A fresh identifier: 128 random bits as 22 characters of base64url, which is safe in a URL. It never begins with a hyphen: a command line
 * would take it for an option.
 */
export function freshId(randomness: Randomness): string {
  for (;;) {
    const id = randomness.bytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
