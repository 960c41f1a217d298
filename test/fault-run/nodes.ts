/**
 * Server processes on one PostgreSQL database, each behind its own proxy, which a run stops, kills and restarts while clients use the
 * others.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { GraphqlAnswer, SendOptions } from '../support/app/requests.js';
import { makeFolder } from '../support/app/start-app.js';
import { type ServerProcess, START, startServer } from '../support/process/server-process.js';
import { startTcpProxy, type TcpProxy } from '../support/sockets/tcp-proxy.js';

/** Longer than a start takes on a very busy machine. */
const UP_WITHIN_MS = 90_000;
const RETRY_MS = 200;

/** The first node migrates; the others start together. */
export async function startNodes(
  databaseUrl: string,
  settings: readonly Readonly<Record<string, string>>[],
  command: readonly string[] = START,
): Promise<FaultNode[]> {
  const start = (index: number) => FaultNode.start(index, databaseUrl, settings[index] ?? {}, command);
  const first = await start(0);
  return [first, ...(await Promise.all(settings.slice(1).map((_, index) => start(index + 1))))];
}

export class FaultNode {
  #server: ServerProcess | null = null;
  #reviving: Promise<void> | null = null;

  private constructor(
    readonly index: number,
    readonly proxy: TcpProxy,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly command: readonly string[],
    private readonly dataDir = makeFolder(),
  ) {}

  /** @param databaseUrl the address of the database itself: the node reaches it through its proxy */
  static async start(
    index: number,
    databaseUrl: string,
    settings: Readonly<Record<string, string>>,
    command: readonly string[],
  ): Promise<FaultNode> {
    const { hostname, port } = new URL(databaseUrl);
    const proxy = await startTcpProxy(hostname, Number(port || 5432));
    const url = Object.assign(new URL(databaseUrl), { port: String(proxy.port) }).href;
    const node = new FaultNode(index, proxy, { ...settings, DATABASE_URL: url }, command);
    await node.start();
    return node;
  }

  /** Null while it is down. */
  get url(): string | null {
    return this.#server?.url ?? null;
  }

  /** A stopped node refuses connections. */
  async send(query: string, options: SendOptions): Promise<GraphqlAnswer> {
    if (this.#server === null) throw Object.assign(new Error('the node is down'), { code: 'ECONNREFUSED' });
    return this.#server.send(query, options);
  }

  signal(signal: NodeJS.Signals): void {
    this.#server?.signal(signal);
  }

  /** A node can't start while the database is away, so this tries again and again, like a supervisor. */
  async start(): Promise<void> {
    const until = performance.now() + UP_WITHIN_MS;
    for (;;) {
      try {
        this.#server = await startServer({ dataDir: this.dataDir, settings: this.settings, command: this.command });
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await sleep(RETRY_MS);
      }
    }
  }

  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    await server?.kill();
  }

  /** Starts it if it is down. Those who ask at the same time share one start. */
  revive(): Promise<void> {
    if (this.#server !== null) return Promise.resolve();
    this.#reviving ??= this.start().finally(() => {
      this.#reviving = null;
    });
    return this.#reviving;
  }

  /** Stops it with SIGTERM. */
  async stop(): Promise<void> {
    const server = this.#server;
    await server?.stop();
    this.#server = null;
  }

  async isReady(): Promise<boolean> {
    const url = this.#server?.url;
    return (
      url !== undefined &&
      (await fetch(`${url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    );
  }

  async becomeReady(): Promise<void> {
    const until = performance.now() + UP_WITHIN_MS;
    while (!(await this.isReady())) {
      if (performance.now() > until) throw new Error(`node ${this.index} does not become ready: ${this.#server?.logged()}`);
      await sleep(RETRY_MS);
    }
  }

  /** The log of the process that runs now. */
  logged(): string {
    return this.#server?.logged() ?? '';
  }

  async close(): Promise<void> {
    await this.kill();
    await this.proxy.close();
  }
}
