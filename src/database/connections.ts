/** The open ways to the database, Prisma and the driver, which are replaced together after a failure. */
import { LatchkeyError } from '../lib/errors.js';
import type { DirectDriver } from './direct-driver.js';
import type { Connected, Engine } from './engine.js';
import { isUnavailable } from './failures.js';
import type { PrismaClient } from './generated/client.js';

export class Connections {
  /** How many operations have begun. */
  operations = 0;
  #connected: Connected;
  #driver: Promise<DirectDriver> | undefined;
  #aside: PrismaClient | undefined;
  #suspect = false;
  #active = 0;
  #drained: (() => void) | undefined;
  #reopening: Promise<void> | undefined;

  static of(engine: Engine): Connections {
    return new Connections(engine);
  }

  private constructor(private readonly engine: Engine) {
    this.#connected = engine.connect(true);
  }

  get prisma(): PrismaClient {
    return this.#connected.prisma;
  }

  /** A client for long reads. A pool has connections for both. */
  openAside(): PrismaClient {
    if (this.engine.isShared) return this.prisma;
    this.#aside ??= this.engine.connect(false).prisma;
    return this.#aside;
  }

  direct(): Promise<DirectDriver> {
    this.#driver ??= this.#connected.direct().catch((error: unknown) => {
      this.#driver = undefined;
      throw error;
    });
    return this.#driver;
  }

  /** @throws LatchkeyError AUTH_UNAVAILABLE if the database can't answer; all other failures pass through unchanged */
  async use<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#suspect) await this.reopen();
    this.#active += 1;
    this.operations += 1;
    try {
      return await operation();
    } catch (error) {
      throw this.#translate(error);
    } finally {
      this.#active -= 1;
      if (this.#active === 0) this.#drained?.();
    }
  }

  /** Replaces the connections once running operations have ended, unless the engine does so by itself. */
  async reopen(): Promise<void> {
    if (!this.engine.isReopenedAfterFailure) return;
    this.#suspect = true;
    this.#reopening ??= this.#replace().finally(() => {
      this.#reopening = undefined;
    });
    await this.#reopening;
  }

  async close(): Promise<void> {
    await this.#aside?.$disconnect();
    await this.engine.beforeClose(this.prisma);
    await this.prisma.$disconnect();
  }

  /** After a failure a SQLite connection may still be inside an unfinished transaction, so it is never used again. */
  #translate(error: unknown): unknown {
    if (!isUnavailable(error)) return error;
    this.#suspect = this.engine.isReopenedAfterFailure;
    this.engine.noteAnswer(false);
    return LatchkeyError.unavailable(error);
  }

  async #replace(): Promise<void> {
    if (this.#active > 0)
      await new Promise<void>((resolve) => {
        this.#drained = resolve;
      });
    this.#drained = undefined;
    const old = this.prisma;
    this.#connected = this.engine.connect(false);
    this.#driver = undefined;
    this.#suspect = false;
    await old.$disconnect().catch(() => undefined);
  }
}
