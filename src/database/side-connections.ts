/**
 * Opens connections to PostgreSQL besides Prisma's pool: for short statements that must not wait behind transactions, and one
 * that listens for notifications.
 */
import pg from 'pg';
import { SIDE_CONNECTIONS } from './engine.js';
import { messageOf } from './failures.js';
import { connectionTo } from './postgresql-adapter.js';
import { setUpSession } from './session-settings.js';

/** All side connections except the one that listens. */
const CONNECTIONS = SIDE_CONNECTIONS - 1;
/** After 1 s the checks that wait for a lease have given up, so a slower connection is of no use to them. */
const CONNECT_WITHIN_MS = 1_000;
const STATEMENT_WITHIN_MS = 1_500;
const ANSWER_WITHIN_MS = 2_000;
const RECONNECT_AFTER_MS = 250;
/** How often the listening connection is probed: a connection can die without any error. */
const PROBE_EVERY_MS = 5_000;

const OPTIONS = {
  connectionTimeoutMillis: CONNECT_WITHIN_MS,
  statement_timeout: STATEMENT_WITHIN_MS,
  query_timeout: ANSWER_WITHIN_MS,
};

export type Row = Readonly<Record<string, unknown>>;

export interface ShortStatements {
  /** Runs one statement, which commits by itself and has its own time-out. */
  run(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Connects at the first statement. */
export function openShortStatements(url: string, connections = CONNECTIONS): ShortStatements {
  const pool = new pg.Pool({ ...connectionTo(url), ...OPTIONS, max: connections, idleTimeoutMillis: 60_000 });
  // An idle connection has failed: the pool has dropped it, and the next statement uses another one.
  pool.on('error', () => undefined);
  return {
    run: async (text, values) => (await pool.query({ text, values: [...values] })).rows,
    close: async () => {
      if (!pool.ending) await pool.end();
    },
  };
}

/** Whether the server rejected a statement because it accepts no writes: a standby, or a primary that is set to read-only. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '25006';
}

export interface Listeners {
  /** Called after each connect and each loss. */
  readonly onListening: (isListening: boolean) => void;
  readonly onPayload: (payload: string) => void;
  readonly onFailure: (message: string) => void;
}

export interface Listening {
  /** Resolves when the first attempt has succeeded or failed. */
  readonly tried: Promise<void>;
  close(): Promise<void>;
}

/** Listens on a channel, and reconnects whenever the connection is lost. Messages sent in between are lost. */
export function listenTo(url: string, channel: string, { onListening, onPayload, onFailure }: Listeners): Listening {
  let isClosed = false;
  let current: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const begin = async (): Promise<void> => {
    const client = new pg.Client({ ...connectionTo(url), ...OPTIONS });
    current = client;
    client.on('error', (error) => lose(client, error));
    client.on('end', () => lose(client, new Error('the connection was closed')));
    client.on('notification', ({ payload = '' }) => onPayload(payload));
    try {
      await client.connect();
      await setUpSession(client);
      await client.query(`LISTEN ${channel}`);
      if (current !== client) return;
      onListening(true);
      probe(client);
    } catch (error) {
      lose(client, error);
    }
  };

  const probe = (client: pg.Client): void => {
    timer = setTimeout(() => {
      client.query('SELECT 1').then(
        () => current === client && probe(client),
        (error: unknown) => lose(client, error),
      );
    }, PROBE_EVERY_MS).unref();
  };

  /** Acts once for each connection, even if it reports several errors. */
  const lose = (client: pg.Client, error: unknown): void => {
    if (current !== client) return;
    current = null;
    clearTimeout(timer);
    client.end().catch(() => undefined);
    if (isClosed) return;
    onListening(false);
    onFailure(messageOf(error));
    timer = setTimeout(() => void begin(), RECONNECT_AFTER_MS).unref();
  };

  const tried = begin();
  return {
    tried,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      const client = current;
      current = null;
      await client?.end().catch(() => undefined);
    },
  };
}
