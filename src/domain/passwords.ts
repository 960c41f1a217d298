/** Hashes and verifies passwords with argon2id (RFC 9106), off the event loop and few at once. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import type { Randomness } from '../ambient.js';
import { LatchkeyError } from '../errors.js';
import { createQueue } from '../queue.js';

/** The cost of one hash. */
export interface PasswordCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/** OWASP Password Storage Cheat Sheet, argon2id. */
export const DEFAULT_PASSWORD_COST: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The library's `Algorithm.Argon2id`, a const enum that can't be imported here. */
const ARGON2ID = 2;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const WAITING_HASHES = 200;

export class Passwords {
  readonly #queue = createQueue(availableParallelism(), WAITING_HASHES, () =>
    LatchkeyError.rateLimited('Too many people are logging in at this moment.', 1),
  );
  readonly #decoy: string;

  constructor(
    private readonly cost: PasswordCost,
    private readonly randomness: Randomness,
  ) {
    this.#decoy = makeDecoy(cost, randomness);
  }

  /** @returns a PHC string, with its salt and cost */
  hash(password: string): Promise<string> {
    const salt = this.randomness.bytes(SALT_BYTES);
    return this.#queue.run(() => hash(password, { ...this.cost, algorithm: ARGON2ID, salt }));
  }

  /**
   * Compares in the same time whether or not there is a user: without one, against a hash that nothing matches.
   *
   * @param passwordHash null when the user is unknown
   */
  async matches(passwordHash: string | null, password: string): Promise<boolean> {
    const matches = await this.#queue.run(() => verify(passwordHash ?? this.#decoy, password));
    return matches && passwordHash !== null;
  }
}

/** A hash of the given cost that no password is known to match: verifying costs the same as with a real one. */
function makeDecoy({ memoryCost, timeCost, parallelism }: PasswordCost, randomness: Randomness): string {
  const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const cost = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${cost}$${encode(randomness.bytes(SALT_BYTES))}$${encode(randomness.bytes(HASH_BYTES))}`;
}
