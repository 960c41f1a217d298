/** What the world hands in, so that a test can hold it still: the wall clock and randomness. */

export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

/** For leases: real also where the wall clock of the domain is held still. */
export interface LeaseClock {
  /** Both clocks of the machine in milliseconds, read together; the first one can't be set. */
  now(): { readonly monotonic: number; readonly wall: number };
}

export interface Randomness {
  /** Cryptographically secure random bytes. */
  bytes(count: number): Buffer;
}

/**
 * A fresh identifier: 128 random bits as 22 characters of base64url, flat in memory and safe in a URL. It begins with no hyphen, so that no
 * command line takes it for an option.
 */
export function freshId(randomness: Randomness): string {
  for (;;) {
    const id = randomness.bytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
