/** GET /revocations/events: bells of the log as server-sent events, for verifiers. They give speed and no truth (R24). */
import type { FastifyReply } from 'fastify';
import type { Log } from '../lib/log.js';
import type { FeedListener } from '../revocation/feed/feed.js';
import type { FeedBell, FeedEvent } from '../revocation/lease/feed-messages.js';

const HEARTBEAT_MS = 15_000;
/** As many as one credential may have members, and as many again that are still to be noticed as gone. */
export const STREAMS_PER_CREDENTIAL = 16;
/** A reader with more unread bytes than this is cut off. It connects again, and renews at once. */
const SLOW_READER_BYTES = 256 * 1024;
/** NGINX and its kin would otherwise keep events in a buffer until it is full. */
const HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

interface Needs {
  readonly isHearing: () => boolean;
  /** Which of the credentials are known and not revoked. */
  readonly findLive: (credentialIds: readonly string[]) => Promise<ReadonlySet<string>>;
}

interface Stream {
  readonly credentialId: string;
  readonly reply: FastifyReply;
}

export function createFeedStreams(...given: ConstructorParameters<typeof FeedStreams>): FeedStreams {
  return new FeedStreams(...given);
}

export class FeedStreams implements FeedListener {
  readonly #streams = new Set<Stream>();
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(
    private readonly world: { readonly log: Log },
    private readonly needs: Needs,
  ) {}

  get size(): number {
    return this.#streams.size;
  }

  countOf(credentialId: string): number {
    return [...this.#streams].filter((stream) => stream.credentialId === credentialId).length;
  }

  /** Begins the stream with the echo, which proves that no proxy holds it back, and with whether this node hears the other nodes. */
  open(credentialId: string, echo: string, reply: FastifyReply): void {
    const stream = { credentialId, reply };
    reply.hijack();
    const { raw } = reply;
    // A reader that has left is no error of the server.
    raw.on('error', () => undefined);
    raw.once('close', () => this.#remove(stream));
    raw.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
    raw.socket?.setNoDelay(true);
    if (this.#isStopping) return void raw.end();
    this.#streams.add(stream);
    this.#write(stream, textOf({ event: 'echo', echo }) + textOf({ event: 'hearing', isHearing: this.needs.isHearing() }));
    this.#timer ??= setInterval(() => void this.#beat(), HEARTBEAT_MS).unref();
    // If the reader left before the listener above was added, it never runs.
    if (raw.destroyed) this.#remove(stream);
  }

  ring(bell: FeedBell): void {
    this.#tell(textOf({ event: 'bell', ...bell }));
  }

  hear(isHearing: boolean): void {
    this.#tell(textOf({ event: 'hearing', isHearing }));
  }

  end(credentialId: string): void {
    for (const stream of [...this.#streams]) if (stream.credentialId === credentialId) this.#close(stream);
  }

  /** No stream begins any more, and all end. */
  stop(): void {
    this.#isStopping = true;
    for (const stream of [...this.#streams]) this.#close(stream);
  }

  #tell(text: string): void {
    for (const stream of this.#streams) this.#write(stream, text);
  }

  #write({ reply }: Stream, text: string): void {
    reply.raw.write(text);
    if (reply.raw.writableLength > SLOW_READER_BYTES) reply.raw.destroy();
  }

  #close(stream: Stream): void {
    const { raw } = stream.reply;
    if (raw.writableLength > 0) raw.destroy();
    else raw.end();
    this.#remove(stream);
  }

  #remove(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The message that a credential was revoked may be lost, so the credentials are also looked up. */
  async #beat(): Promise<void> {
    this.#tell(':\n\n');
    const ids = [...new Set([...this.#streams].map(({ credentialId }) => credentialId))];
    try {
      const live = await this.needs.findLive(ids);
      for (const id of ids) if (!live.has(id)) this.end(id);
    } catch (err) {
      this.world.log.debug({ err }, 'the credentials of the streams could not be looked up');
    }
  }
}

function textOf({ event, ...rest }: FeedEvent): string {
  return `event: ${event}\ndata: ${JSON.stringify(rest)}\n\n`;
}
