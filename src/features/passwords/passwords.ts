/** Hashes and verifies passwords with argon2id (RFC 9106), off the event loop and few at once. */
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import type { Randomness } from '../../lib/ambient.js';
import { LatchkeyError } from '../../lib/errors.js';
import type { Origin } from '../../lib/origin.js';
import { createQueue } from '../../lib/queue.js';
import type { World } from '../../world.js';
import { addressKeyOf } from '../limits/address-key.js';
import { canonicalPassword } from './password-text.js';

/** The cost of one hash. */
export interface PasswordCost {
  /** KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

/**
 * Compares in the same time whether or not there is a user: without one, against a hash that nothing matches.
 *
 * @param passwordHash null when the user is unknown
 */
export type Matches = (passwordHash: string | null, password: string) => Promise<boolean>;

/** OWASP Password Storage Cheat Sheet, argon2id. */
export const DEFAULT_PASSWORD_COST: PasswordCost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The library's `Algorithm.Argon2id`, a const enum that can't be imported here. */
const ARGON2ID = 2;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const WAITING_HASHES = 200;
/** One address may have this many of them: a client that repeats one right password must leave places for others. */
const WAITING_FROM_ONE_ADDRESS = 50;
/**
 * Leaves one core for the event loop, or logins would slow every request. Leaves one of Node's four worker threads as well,
 * or name lookups and file reads would wait for logins.
 */
const HASHES_AT_ONCE = Math.max(1, Math.min(availableParallelism() - 1, 3));

interface Needs {
  readonly passwordCost: PasswordCost;
}

export class Passwords {
  readonly #queue = createQueue(HASHES_AT_ONCE, WAITING_HASHES, tooMany);
  readonly #waitingFrom = new Map<string, number>();
  readonly #decoy: string;

  constructor(
    private readonly world: World,
    private readonly needs: Needs,
  ) {
    this.#decoy = this.makeDead();
  }

  /**
   * @param origin of the client that waits; none for an operator
   * @returns a PHC string, with its salt and cost
   * @throws LatchkeyError RATE_LIMITED if too many wait already
   */
  hash(password: string, origin?: Origin): Promise<string> {
    const salt = this.world.randomness.bytes(SALT_BYTES);
    return this.#run(origin, () => hash(canonicalPassword(password), { ...this.needs.passwordCost, algorithm: ARGON2ID, salt }));
  }

  /**
   * Waits for a turn, then runs the work, which may compare a password. The work also counts the attempt: clients that
   * still wait must not have used up a budget yet.
   *
   * @throws LatchkeyError RATE_LIMITED if too many wait already, or too many from the same address
   */
  inTurn<Result>(origin: Origin, work: (matches: Matches) => Promise<Result>): Promise<Result> {
    return this.#run(origin, () => work((passwordHash, password) => this.#matches(passwordHash, password)));
  }

  async #run<Result>(origin: Origin | undefined, work: () => Promise<Result>): Promise<Result> {
    if (origin === undefined) return this.#queue.run(work);
    const address = addressKeyOf(origin.ipAddress);
    const waiting = this.#waitingFrom.get(address) ?? 0;
    if (waiting >= WAITING_FROM_ONE_ADDRESS) throw tooMany();
    this.#waitingFrom.set(address, waiting + 1);
    try {
      return await this.#queue.run(work);
    } finally {
      const left = (this.#waitingFrom.get(address) ?? 1) - 1;
      if (left === 0) this.#waitingFrom.delete(address);
      else this.#waitingFrom.set(address, left);
    }
  }

  /** A hash that no password matches, for a user whose password was made unusable. Comparing costs the same as ever. */
  makeDead(): string {
    return makeDecoy(this.needs.passwordCost, this.world.randomness);
  }

  async #matches(passwordHash: string | null, password: string): Promise<boolean> {
    const matches = await verify(passwordHash ?? this.#decoy, canonicalPassword(password));
    return matches && passwordHash !== null;
  }
}

function tooMany(): LatchkeyError {
  return LatchkeyError.rateLimited('Too many people are logging in at this moment.', 1);
}

/** A hash of the given cost that no password is known to match: verifying costs the same as with a real one. */
function makeDecoy({ memoryCost, timeCost, parallelism }: PasswordCost, randomness: Randomness): string {
  const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
  const cost = `m=${memoryCost},t=${timeCost},p=${parallelism}`;
  return `$argon2id$v=19$${cost}$${encode(randomness.bytes(SALT_BYTES))}$${encode(randomness.bytes(HASH_BYTES))}`;
}
