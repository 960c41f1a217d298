/** /graphql over server-sent events: one operation per request that accepts `text/event-stream` (graphql-sse, distinct connections mode). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHandler, type HandlerOptions } from 'graphql-sse';
import type { AccessToken } from '../caller/access-token-claims.js';
import type { IncomingRequest } from '../caller/caller.js';
import type { Answer, StreamRequest } from '../caller/stream-door.js';
import { LatchkeyError } from '../lib/errors.js';
import type { EndOfConnection } from '../revocation/live-connections.js';
import { isPreflighted, type OriginCheck } from './allowed-origins.js';
import { EVENT_STREAM } from './graphql-route.js';
import { incomingOf } from './incoming-request.js';
import { COOKIE_MODE_HEADER } from './refresh-cookie.js';
import { codeOf, refuse, refuseOrigin } from './refusals.js';
import { CONNECTIONS_PER_SESSION, endIfDead, type StreamConnection, type StreamParts, whenExpired } from './stream-door.js';

/** A client with more unread bytes than this is disconnected. */
const SLOW_READER_BYTES = 1024 * 1024;

const NEXT = 'event: next\n';

/** Formats an event exactly as the library does: `wait` adds these bytes and `write` subtracts them, so both must count the same. */
function nextOf(answer: object): string {
  return `${NEXT}data: ${JSON.stringify(answer)}\n\n`;
}

/** The headers of a stream are sent before its mutation runs. The token would stand in the answer, where scripts can read it (R30). */
const NO_COOKIE = answerWith({
  message: 'An event stream cannot set a cookie. Send mutations as plain requests.',
  extensions: { code: 'BAD_REQUEST' },
});

/** Apollo Server demands the same of plain requests. */
const FORGEABLE = 'Any page could send this request (CSRF). Send "Content-Type: application/json" or "apollo-require-preflight: yes".';

/** NGINX and its kin would otherwise keep events in a buffer until it is full, and a quiet stream would never arrive. */
const UNBUFFERED = { 'cache-control': 'no-store', 'x-accel-buffering': 'no' };

type Cause = EndOfConnection | 'invalid';

const STATUS: Readonly<Record<Cause, number>> = {
  'session-revoked': 401,
  'token-revoked': 401,
  'generation-revoked': 401,
  expired: 401,
  invalid: 401,
  unavailable: 503,
  stopping: 503,
};

function answerTo(cause: Cause): Answer {
  if (cause === 'session-revoked') return answerWith(LatchkeyError.unauthenticated('TOKEN_REVOKED', true));
  if (cause === 'token-revoked') return answerWith(LatchkeyError.unauthenticated('TOKEN_REVOKED', false));
  if (cause === 'generation-revoked') return answerWith(LatchkeyError.unauthenticated('TOKEN_REVOKED'));
  if (cause === 'expired') return answerWith(LatchkeyError.unauthenticated('TOKEN_EXPIRED'));
  if (cause === 'invalid') return answerWith(LatchkeyError.unauthenticated('TOKEN_INVALID'));
  const unavailable = LatchkeyError.unavailable(undefined);
  if (cause === 'unavailable') return answerWith(unavailable);
  return answerWith({ message: 'The server is stopping. Connect again.', extensions: unavailable.extensions });
}

function answerWith({ message, extensions }: Pick<LatchkeyError, 'message' | 'extensions'>): Answer {
  return { errors: [{ message, extensions }] };
}

/** A stream that ends in one turn of the event loop: after that it sends only the reason. */
class EventStream implements StreamConnection {
  #isEnded = false;
  #waitingBytes = 0;

  constructor(
    readonly token: AccessToken | null,
    private readonly reply: FastifyReply,
    private readonly stop: () => void,
  ) {}

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Counts the bytes that the library buffers. A client that does not read them is disconnected, or they would fill the memory. */
  wait(answer: object): void {
    this.#waitingBytes += Buffer.byteLength(nextOf(answer));
    if (this.#waitingBytes > SLOW_READER_BYTES) this.reply.raw.destroy();
  }

  write(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isEnded || !this.reply.raw.writable) return resolve();
      this.reply.raw.write(text, () => {
        if (text.startsWith(NEXT)) this.#waitingBytes = Math.max(0, this.#waitingBytes - Buffer.byteLength(text));
        resolve();
      });
    });
  }

  end(cause: EndOfConnection): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    // Bytes in the buffer may hold an event from before the end, which must not arrive any more.
    if (this.reply.raw.writableLength > 0) this.reply.raw.destroy();
    else this.reply.raw.end(`${nextOf(answerTo(cause))}event: complete\ndata: \n\n`);
    this.stop();
  }
}

interface Exchange {
  readonly incoming: IncomingRequest;
  readonly token: AccessToken | null;
  stream: EventStream | null;
  /** Only a subscription is stopped. The answer of a mutation is still sent, since the mutation may itself have ended the session. */
  isSubscription: boolean;
}

export function answerEventStreams<Args, Fault>(
  parts: StreamParts<Args, Fault>,
  origins: OriginCheck,
): (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> {
  const { door, connections, addresses, now } = parts;
  const hooks = {
    // No stream tokens, and so no single connection mode: each operation is a request of its own.
    authenticate: () => null,
    validate: () => [],
    async onSubscribe({ context, raw }: { context: Exchange; raw: FastifyRequest }, payload: StreamRequest) {
      const prepared = await door.prepare(context.incoming, payload);
      if (prepared.kind === 'refused') return jsonOf(400, door.format({ errors: prepared.errors }));
      if (prepared.type === 'mutation' && raw.headers[COOKIE_MODE_HEADER] !== undefined) return jsonOf(400, NO_COOKIE);
      context.isSubscription = prepared.type === 'subscription';
      return { ...prepared.args, exchange: context };
    },
    execute: (args: Args) => door.execute(args),
    subscribe: (args: Args & { exchange: Exchange }) => door.subscribe(args, args.exchange.token),
    onNext(_context: unknown, { context }: { context: Exchange }, result: object) {
      const answer = door.format(result);
      context.stream?.wait(answer);
      return answer;
    },
  };
  const handle = createHandler(hooks as unknown as HandlerOptions<FastifyRequest, Exchange>);

  return async (request, reply) => {
    if (!origins.allows(request.raw)) return refuseOrigin(reply);
    if (!isPreflighted(request.headers)) return refuse(reply, 400, 'BAD_REQUEST', FORGEABLE);
    if (request.method !== 'GET' && request.method !== 'POST') {
      return refuse(reply.header('allow', 'GET, POST'), 405, 'BAD_REQUEST', 'An event stream begins with GET or POST.');
    }
    const incoming = incomingOf(request);
    const admission = await door.admit(incoming);
    if (admission.kind === 'refused') return reply.code(STATUS[admission.cause]).send(answerTo(admission.cause));
    const { token } = admission;
    const isFull = token !== null && connections.countOf(token.sid) >= CONNECTIONS_PER_SESSION;
    const giveBack = isFull ? null : addresses.take(incoming.origin.ipAddress);
    if (giveBack === null) return reply.code(429).send(answerWith(LatchkeyError.rateLimited('Too many connections.', 1)));
    const exchange: Exchange = { incoming, token, stream: null, isSubscription: false };
    try {
      const [body, { status, headers = {} }] = await handle({
        method: request.method,
        url: request.url,
        headers: { get: (name) => (name.toLowerCase() === 'accept' ? EVENT_STREAM : String(request.headers[name.toLowerCase()] ?? '')) },
        body: () => request.body as Record<string, unknown>,
        raw: request,
        context: exchange,
      });
      if (body === null || typeof body === 'string') return refuseStream(reply.headers({ ...headers }), status, body);
      const stream = new EventStream(token, reply, () => void body.return(undefined));
      exchange.stream = stream;
      const leave = () => void body.return(undefined);
      reply.raw.once('close', leave);
      // If the client left while the subscription began, `close` came before the listener above, which would never run.
      if (reply.raw.destroyed) leave();
      reply.hijack();
      reply.raw.writeHead(status, { ...(reply.getHeaders() as Record<string, string>), ...headers, ...UNBUFFERED });
      if (exchange.isSubscription) await endIfDead(parts, stream);
      const stopTimer = whenExpired(token, now(), () => stream.end('expired'));
      try {
        for await (const text of body) await stream.write(text);
      } catch {
        // The server can't know whether the next event may be sent, so the stream ends.
        stream.end('unavailable');
      }
      stopTimer();
      connections.remove(stream);
      if (!stream.isEnded) reply.raw.end();
      return reply;
    } finally {
      giveBack();
    }
  };
}

/** The library's own refusals have no code, some not even a body. */
function refuseStream(reply: FastifyReply, status: number, body: string | null): FastifyReply {
  const { errors } = (body === null ? {} : JSON.parse(body)) as { errors?: { message: string; extensions?: object }[] };
  if (errors?.[0]?.extensions !== undefined) return reply.code(status).send(body);
  return refuse(reply, status, codeOf(status), `${errors?.[0]?.message ?? 'The request was refused'}.`);
}

function jsonOf(status: number, answer: Answer) {
  return [JSON.stringify(answer), { status, statusText: 'Bad Request', headers: { 'content-type': 'application/json; charset=utf-8' } }];
}
