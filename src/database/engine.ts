/** What the two databases do differently; everything else goes through `Database` and is the same for both. */
import { OperatorFault } from '../lib/operator-fault.js';
import type { Prisma, PrismaClient } from './generated/client.js';

/** A client inside a transaction, or one that reads outside of any. */
export type Transaction = Prisma.TransactionClient;

/** What a server says of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  /** Standbys that are connected, and those of them that a commit waits for. */
  readonly standbys: number;
  readonly synchronousStandbys: number;
  /** How many connections this role may have to this database, and how many there are of everybody. */
  readonly connectionLimit: number;
  readonly connections: number;
  /** Its clock, in milliseconds. */
  readonly now: number;
}

/** What a node on PostgreSQL has beside the pool of Prisma: short statements, and the one that listens. */
export const SIDE_CONNECTIONS = 4;

/** The tables that somebody locks against all who read them. */
export type LockableTable = 'SigningKey';

export interface Engine {
  /** Whether other nodes read and write the same database. */
  readonly isShared: boolean;
  /** How many transactions may run at once. */
  readonly transactionsAtOnce: number;
  /** Whether after a failure all connections are made anew, because one of them may be inside a transaction that nobody sees. */
  readonly isReopenedAfterFailure: boolean;
  /** @param isFirst whether the database may be made, where that is possible */
  connect(isFirst: boolean): PrismaClient;
  /** Looks at the server before it is used. @throws WrongDatabase */
  assertFit(client: Transaction): Promise<void>;
  /** Part of a transaction. @throws if the database takes no writes */
  assertWritable(transaction: Transaction): Promise<void>;
  /** The names of the tables that are there. */
  listTables(client: Transaction): Promise<string[]>;
  /** Null where there is no server. */
  describeServer(client: Transaction): Promise<ServerFacts | null>;
  /** What is broken in the stored data, or null. */
  findDamage(client: Transaction): Promise<string | null>;
  /** From here to the end of the transaction no other one has read the table and not ended, or reads it. */
  lockTable(transaction: Transaction, table: LockableTable): Promise<void>;
  /** Told after each operation whether the database has answered. */
  noteAnswer(hasAnswered: boolean): void;
  /** The last thing before the connections are closed. */
  beforeClose(client: Transaction): Promise<void>;
}

/** What was found at DATABASE_URL can't be used. */
export class WrongDatabase extends OperatorFault {
  override readonly name = 'WrongDatabase';
}
