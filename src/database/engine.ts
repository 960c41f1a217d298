/** The interface of the two databases, for everything that they do differently; the rest is the same and lives in `Database`. */
import { OperatorFault } from '../lib/operator-fault.js';
import type { DirectDriver } from './direct-driver.js';
import type { Prisma, PrismaClient } from './generated/client.js';
import type { Dialect } from './statement.js';

/** A client inside a transaction, or a client for reads outside any transaction. */
export type Transaction = Prisma.TransactionClient;

/** Facts that a server reports about itself. */
export interface ServerFacts {
  readonly version: string;
  readonly isStandby: boolean;
  readonly isReadOnly: boolean;
  readonly synchronousCommit: string;
  readonly fsync: string;
  readonly fullPageWrites: string;
  /** The number of connected standbys, and of those that a commit waits for. */
  readonly standbys: number;
  readonly synchronousStandbys: number;
  /** How many connections this role may have to this database, and how many all clients of the server have. */
  readonly connectionLimit: number;
  readonly connections: number;
  /** The server's clock, in milliseconds since the epoch. */
  readonly now: number;
}

/** How many connections a node on PostgreSQL has besides Prisma's pool: those for short statements, and the one that listens. */
export const SIDE_CONNECTIONS = 4;

/** How many more a node opens while verifiers follow its feed. */
export const FEED_CONNECTIONS = 2;

/** The tables that a transaction may lock against all readers. */
export type LockableTable = 'SigningKey';

/** One way to the database: Prisma, and the gate beside it. */
export interface Connected {
  readonly prisma: PrismaClient;
  /** Opens the gate. */
  readonly direct: () => Promise<DirectDriver>;
}

export interface Engine {
  readonly dialect: Dialect;
  /** Whether other nodes may read and write the same database. */
  readonly isShared: boolean;
  /** How many transactions may run at once. */
  readonly transactionsAtOnce: number;
  /** Whether all connections are replaced after a failure, because one of them may still be inside an unfinished transaction. */
  readonly isReopenedAfterFailure: boolean;
  /** @param isFirst whether a missing database may be created, where that is possible */
  connect(isFirst: boolean): Connected;
  /** Checks that the server is suitable, before it is used. @throws WrongDatabase */
  assertFit(client: Transaction): Promise<void>;
  /** Runs inside a transaction. @throws if the database accepts no writes */
  assertWritable(transaction: Transaction): Promise<void>;
  /** The names of the existing tables. */
  listTables(client: Transaction): Promise<string[]>;
  /** Null where there is no server. */
  describeServer(client: Transaction): Promise<ServerFacts | null>;
  /** A description of damage in the stored data, or null. */
  findDamage(client: Transaction): Promise<string | null>;
  /** Waits for open transactions that have read the table, and keeps others from reading it until this transaction ends. */
  lockTable(transaction: Transaction, table: LockableTable): Promise<void>;
  /** Called after each commit and each failure, with whether the database has answered. */
  noteAnswer(hasAnswered: boolean): void;
  /** The last thing before the connections are closed. */
  beforeClose(client: Transaction): Promise<void>;
}

/** The server in DATABASE_URL is unsuitable. */
export class WrongDatabase extends OperatorFault {
  override readonly name = 'WrongDatabase';
}
