/** One connection to Redis, from its beginning to its loss: what is said on it never goes to a server that came after. */
/** For a whole answer; a server that is slower is treated as gone. */
const ANSWER_WITHIN_MS = 1_000;

export interface RedisServer {
  /** Random for each start of the server (INFO, field `run_id`). */
  readonly runId: string;
  readonly role: string;
  readonly evictionPolicy: string;
}

/** A script in Lua, which runs as a whole or not at all. */
export interface RedisScript {
  readonly text: string;
}

/** Loaded when it is wanted: most servers have no Redis, and the package is large. */
async function createClientFor(url: string) {
  const { createClient } = await import('redis');
  // A new connection is a new object, so that whoever trusts this one can't be handed another server in its place.
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

  async open(): Promise<void> {
    const client = await createClientFor(this.url);
    const end = () => {
      this.#isOpen = false;
    };
    client.on('error', end).on('end', end);
    this.#opened = client;
    // It may have been given up while the package was loaded.
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

  /** The values in the order of the keys, in one command. */
  read(keys: readonly string[]): Promise<readonly (string | null)[]> {
    return this.#within(this.#client.mGet([...keys]));
  }

  /** @returns what the script returns, a text */
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

  /** Who is late is not asked again on this connection: what is on its way there may be anywhere. */
  async #within<Answer>(answer: Promise<Answer>): Promise<Answer> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Redis did not answer within ${ANSWER_WITHIN_MS} ms`));
        this.close();
      }, ANSWER_WITHIN_MS);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function fieldOf(report: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(report)?.[1] ?? '';
}
