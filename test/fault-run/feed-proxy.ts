/** An HTTP proxy between one service and all nodes: it balances requests, and holds, delays, doubles, replays or loses them and their answers. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../support/app/random.js';

/** A node as the proxy sees it: without a `url` it is down. */
export interface Upstream {
  readonly url: string | null;
  kill(): Promise<void>;
}

/** `up` is the way to the nodes, `down` the way back. */
export type Way = 'up' | 'down';

export type FeedTrick =
  /** Every renewal is sent twice; the service gets one of the answers. */
  | 'double'
  /** Each renewal is answered with an answer from before, which is of another request. */
  | 'replay'
  /** The node that has answered is killed before its answer is delivered; once. */
  | 'kill';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

const RENEWAL = '/revocations';
const REMEMBERED = 50;

export class FeedProxy {
  #held: Record<Way, boolean> = { up: false, down: false };
  #delayMs: Record<Way, number> = { up: 0, down: 0 };
  #trick: FeedTrick | null = null;
  #losesEvents = false;
  #passing: (() => void)[] = [];
  readonly #answers: Answer[] = [];
  /** How often a trick was played. */
  tricks = 0;

  private constructor(
    private readonly server: Server,
    private readonly nodes: readonly Upstream[],
    private readonly random: Random,
  ) {}

  /** Listens on a free port of 127.0.0.1. */
  static async start(nodes: readonly Upstream[], random: Random): Promise<FeedProxy> {
    const server = createServer();
    const proxy = new FeedProxy(server, nodes, random);
    server.on('request', (asked, reply) => void proxy.#pass(asked, reply).catch(() => reply.destroy()));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Nothing passes and no connection breaks. */
  hold(...ways: readonly Way[]): void {
    for (const way of ways) this.#held[way] = true;
  }

  delay(ms: number, ...ways: readonly Way[]): void {
    for (const way of ways) this.#delayMs[way] = ms;
  }

  play(trick: FeedTrick): void {
    this.#trick = trick;
  }

  /** The stream of events stays open, and nothing comes out of it. */
  loseEvents(): void {
    this.#losesEvents = true;
  }

  /** Lets everything pass again, starting with what was held. */
  pass(): void {
    this.#trick = null;
    this.#losesEvents = false;
    this.#held = { up: false, down: false };
    this.#delayMs = { up: 0, down: 0 };
    for (const go of this.#passing.splice(0)) go();
  }

  /** Breaks all connections; what was held is lost. */
  reset(): void {
    this.server.closeAllConnections();
  }

  async close(): Promise<void> {
    this.pass();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  async #pass(asked: IncomingMessage, reply: ServerResponse): Promise<void> {
    const body = await bodyOf(asked);
    await this.#gate('up');
    const isRenewal = asked.url === RENEWAL;
    const node = this.#choose();
    if (node === null) return void reply.destroy();
    if (!isRenewal) return this.#stream(asked, body, node, reply);
    const before = this.#answers.at(-1 - this.random.below(Math.min(3, Math.max(this.#answers.length, 1))));
    if (this.#trick === 'replay' && before !== undefined) return this.#deliver(before, reply, true);
    let answer = await ask(asked, body, node);
    if (this.#trick === 'double') {
      this.tricks += 1;
      const other = await ask(asked, body, this.#choose() ?? node);
      if (this.random.below(2) === 0) answer = other;
    }
    if (this.#trick === 'kill') {
      this.#trick = null;
      this.tricks += 1;
      await node.kill();
      return void reply.destroy();
    }
    this.#answers.push(answer);
    if (this.#answers.length > REMEMBERED) this.#answers.shift();
    await this.#deliver(answer, reply, false);
  }

  async #deliver({ status, type, body }: Answer, reply: ServerResponse, isTrick: boolean): Promise<void> {
    if (isTrick) this.tricks += 1;
    await this.#gate('down');
    reply.writeHead(status, { 'content-type': type }).end(body);
  }

  /** Everything but renewals: registrations, and the stream of events. */
  async #stream(asked: IncomingMessage, body: Buffer, node: Upstream, reply: ServerResponse): Promise<void> {
    const { answer, sent } = await begin(asked, body, node);
    reply.on('close', () => sent.destroy());
    await this.#gate('down');
    reply.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? '' });
    reply.flushHeaders();
    for await (const bytes of answer) {
      await this.#gate('down');
      if (!this.#losesEvents) reply.write(bytes);
    }
    reply.end();
  }

  #choose(): Upstream | null {
    const up = this.nodes.filter(({ url }) => url !== null);
    return up[this.random.below(Math.max(up.length, 1))] ?? null;
  }

  async #gate(way: Way): Promise<void> {
    if (this.#delayMs[way] > 0) await sleep(this.#delayMs[way]);
    while (this.#held[way]) await new Promise<void>((resolve) => this.#passing.push(resolve));
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function begin({ method, url = '/', headers }: IncomingMessage, body: Buffer, node: Upstream) {
  const { connection: _, 'transfer-encoding': __, ...passed } = headers;
  const sent = request(new URL(url, node.url ?? undefined), { method, headers: { ...passed, 'content-length': body.length } });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { answer, sent };
}

async function ask(asked: IncomingMessage, body: Buffer, node: Upstream): Promise<Answer> {
  const { answer } = await begin(asked, body, node);
  return { status: answer.statusCode ?? 502, type: answer.headers['content-type'] ?? '', body: await bodyOf(answer) };
}
