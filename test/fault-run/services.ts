/** Services that verify tokens with `latchkey/verifier`, each behind a proxy of its own, which balances over all nodes. */
import { fileURLToPath } from 'node:url';
import type { Random } from '../support/app/random.js';
import { makeFolder } from '../support/app/start-app.js';
import { latchkeyJson } from '../support/process/cli.js';
import { type ServerProcess, startServer } from '../support/process/server-process.js';
import { FeedProxy, type Upstream } from './feed-proxy.js';
import { NODE_SETTINGS } from './settings.js';

const PROGRAM = [process.execPath, fileURLToPath(new URL('verifying-service.js', import.meta.url))];

/** A request that waits in the sockets of a stopped process is answered when the process goes on. */
const ANSWERED_WITHIN_MS = 30_000;

/** Makes a service credential for each, by the command line. */
export async function startServices(
  nodes: readonly Upstream[],
  howMany: number,
  databaseUrl: string,
  random: Random,
  command: readonly string[] = PROGRAM,
): Promise<FaultService[]> {
  const { ISSUER: issuer, AUDIENCE: audience } = NODE_SETTINGS;
  const settings = { ...NODE_SETTINGS, DATABASE_URL: databaseUrl };
  const started: FaultService[] = [];
  for (let index = 0; index < howMany; index += 1) {
    const args = ['service', 'create', `service ${index}`, '--audience', audience];
    const { credential } = await latchkeyJson<{ credential: string }>(args, { dataDir: makeFolder(), settings });
    started.push(await FaultService.start(nodes.length + index, nodes, { credential, audience, issuer }, random, command));
  }
  return started;
}

export interface ServiceSettings {
  /** What `latchkey service create` has printed. */
  readonly credential: string;
  readonly audience: string;
  readonly issuer: string;
}

export class FaultService {
  #process: ServerProcess | null = null;

  private constructor(
    readonly index: number,
    readonly proxy: FeedProxy,
    private readonly settings: Readonly<Record<string, string>>,
    private readonly command: readonly string[],
    private readonly folder = makeFolder(),
  ) {}

  /** @param index its number in the history, after those of the nodes */
  static async start(
    index: number,
    nodes: readonly Upstream[],
    { credential, audience, issuer }: ServiceSettings,
    random: Random,
    command: readonly string[] = PROGRAM,
  ): Promise<FaultService> {
    const proxy = await FeedProxy.start(nodes, random);
    const settings = { FEED_URL: proxy.url, CREDENTIAL: credential, AUDIENCE: audience, ISSUER: issuer };
    const service = new FaultService(index, proxy, settings, command);
    await service.start();
    return service;
  }

  async start(): Promise<void> {
    this.#process = await startServer({ dataDir: this.folder, settings: this.settings, command: this.command });
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.signal(signal);
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    await running?.kill();
  }

  /** @returns the status, and the reason of a refusal. @throws with the code ECONNREFUSED if the service is down */
  async ask(token: string | undefined): Promise<{ readonly status: number; readonly told: string }> {
    if (this.#process === null) throw Object.assign(new Error('the service is down'), { code: 'ECONNREFUSED' });
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { status, body } = await fetchText(this.#process.url, headers);
    return { status, told: body };
  }

  logged(): string {
    return this.#process?.logged() ?? '';
  }

  async close(): Promise<void> {
    await this.kill();
    await this.proxy.close();
  }
}

async function fetchText(url: string, headers: Record<string, string>) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
  return { status: response.status, body: await response.text() };
}
