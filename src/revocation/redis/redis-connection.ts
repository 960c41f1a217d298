/** One connection to Redis, which never reconnects: a command on it can't reach a different server. */

import { tlsFaultOf, unfitnessOf } from './unfit-redis.js';

/** The deadline for a complete answer. A slower server is treated as gone. */
const ANSWER_WITHIN_MS = 1_000;

export interface RedisServer {
  /** Random for each start of the server (INFO, field `run_id`). */
  readonly runId: string;
  readonly role: string;
  readonly evictionPolicy: string;
}

/** A Lua script, which Redis runs atomically. */
export interface RedisScript {
  readonly text: string;
}

/** Imports the package only when needed: most servers have no Redis, and the package is large. */
async function createClientFor(url: string) {
  const { createClient } = await import('redis');
  // No reconnects: a new connection is a new object, so trust in this one can't pass to another server.
  return createClient({
    url,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    socket: { reconnectStrategy: false, connectTimeout: ANSWER_WITHIN_MS },
  });
}

type Client = Awaited<ReturnType<typeof createClientFor>>;

export class RedisConnection {
  #isOpen = true;
  #opened: Client | null = null;

  /** Nothing is connected before `open`. */
  constructor(private readonly url: string) {}

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws UnfitRedis if Redis refuses this server, or the error of a Redis that is away */
  async open(): Promise<void> {
    const client = await createClientFor(this.url);
    const end = () => {
      this.#isOpen = false;
    };
    client.on('error', end).on('end', end);
    this.#opened = client;
    // `close` may have been called while the package was loading.
    if (this.#isOpen) await this.#within(client.connect());
  }

  async inspect(): Promise<RedisServer> {
    const [server, replication, memory] = await this.#within(
      Promise.all([this.#client.info('server'), this.#client.info('replication'), this.#client.info('memory')]),
    );
    return {
      runId: fieldOf(server, 'run_id'),
      role: fieldOf(replication, 'role'),
      evictionPolicy: fieldOf(memory, 'maxmemory_policy'),
    };
  }

  /** Reads the values in the order of the keys, with one command. */
  read(keys: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#within(this.#client.mGet([...keys]));
  }

  /** @returns the answer of the script, as text */
  async run({ text }: RedisScript, keys: readonly string[], values: readonly string[]): Promise<string> {
    return String(await this.#within(this.#client.eval(text, { keys: [...keys], arguments: [...values] })));
  }

  close(): void {
    this.#isOpen = false;
    if (this.#opened?.isOpen) this.#opened.destroy();
  }

  get #client(): Client {
    if (this.#opened === null) throw new Error('Redis is not connected');
    return this.#opened;
  }

  /**
   * A late answer closes the connection: nobody can tell whether the server has carried out the command.
   *
   * @throws UnfitRedis if Redis refuses the command for good
   */
  async #within<Answer>(answer: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    let isAnswered = false;
    const late = new Promise<never>((_resolve, reject) => {
      const end = () => {
        if (isAnswered) return;
        reject(new Error(`Redis did not answer within ${ANSWER_WITHIN_MS} ms`));
        this.close();
      };
      // In a process that was held up, the answer may have come long ago and is read in this turn.
      timer = setTimeout(() => setImmediate(end), ANSWER_WITHIN_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } catch (error) {
      throw (await refusalOf(error)) ?? error;
    } finally {
      isAnswered = true;
      clearTimeout(timer);
    }
  }
}

/** Null if the server has not refused anything: it is away, or its refusal passes by itself. */
async function refusalOf(error: unknown): Promise<Error | null> {
  const { ErrorReply } = await import('redis');
  if (error instanceof ErrorReply) return unfitnessOf(error);
  return error instanceof Error ? tlsFaultOf(error) : null;
}

function fieldOf(report: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(report)?.[1] ?? '';
}
