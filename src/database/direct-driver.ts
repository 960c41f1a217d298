/** The narrow gate to the driver, beside Prisma and on the same connections. Only hot statements pass it. */
import type { Answer, Dialect } from './statement.js';

export interface DirectQuery {
  readonly sql: string;
  readonly args: readonly unknown[];
  /**
   * Whether to commit the statement without waiting for the disk. It then survives a crash of this process, and a power failure may undo it.
   * The statement ends with the list of its `RETURNING`. Outside transactions only.
   */
  readonly isLazy?: boolean;
}

export interface DirectRunner {
  queryRaw(query: DirectQuery): Promise<Answer>;
  executeRaw(query: DirectQuery): Promise<number>;
}

export interface DirectTransaction extends DirectRunner {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface DirectDriver extends DirectRunner {
  readonly dialect: Dialect;
  startTransaction(): Promise<DirectTransaction>;
}
