/** A verifier by hand: it speaks to the feed over real sockets, and sends whatever a test wants. */
import { randomBytes } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Registration, RenewalAnswer } from '../../../src/revocation/lease/feed-messages.js';
import type { TestApp } from '../app/start-app.js';

export interface Answered<Body> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

interface Failure {
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

export interface FeedEvent {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

export interface FeedStream {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  readonly events: readonly FeedEvent[];
  /** Waits for an event that the server sends, or has sent. @throws if the stream ends first */
  hear(wanted: (event: FeedEvent) => boolean): Promise<FeedEvent>;
  /** Once the server has ended the stream. */
  readonly ended: Promise<void>;
}

export interface RawFeed {
  readonly address: string;
  readonly id: string;
  readonly credential: string;
  register(body?: unknown): Promise<Answered<Registration & Failure>>;
  /** Fields that are not given are right ones. */
  renew(fields?: Record<string, unknown>): Promise<Answered<RenewalAnswer & Failure>>;
  leave(member: string): Promise<number>;
  stream(echo?: string): Promise<FeedStream>;
  send(method: string, path: string, body?: string, headers?: Record<string, string>): Promise<Answered<unknown>>;
}

export function freshNonce(): string {
  return randomBytes(16).toString('base64url');
}

const addresses = new WeakMap<object, Promise<string>>();

/** @returns the address of the server, which listens from now on */
export function addressOf({ app }: Pick<TestApp, 'app'>): Promise<string> {
  const known = addresses.get(app) ?? app.listen();
  addresses.set(app, known);
  return known;
}

export async function createService({ app }: Pick<TestApp, 'app'>, name = 'orders') {
  const made = await app.administration.createServiceCredential({ name, audience: 'latchkey' });
  if (made.kind === 'failed') throw new Error(made.failures[0]?.code);
  return made.result;
}

/** Needs `METRICS_PORT=off`, since two servers can't listen there. */
export async function openFeed(server: Pick<TestApp, 'app'>, service?: { id: string; credential: string }): Promise<RawFeed> {
  const address = await addressOf(server);
  const { id, credential } = service ?? (await createService(server));
  const send = async (method: string, path: string, body?: string, headers: Record<string, string> = {}): Promise<Answered<unknown>> => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
  };
  let renewals = 0;
  return {
    address,
    id,
    credential,
    send,
    register: async (body) =>
      (await send('POST', '/revocations/members', body === undefined ? '' : JSON.stringify(body))) as Answered<Registration & Failure>,
    renew: async (fields = {}) => {
      renewals += 1;
      const asked = {
        ...(fields.member === undefined ? {} : { renewal: renewals }),
        nonce: freshNonce(),
        applied: 0,
        leaseMs: 100,
        ...fields,
      };
      return (await send('POST', '/revocations', JSON.stringify(asked))) as Answered<RenewalAnswer & Failure>;
    },
    leave: async (member) => (await send('DELETE', `/revocations/members/${member}`, '')).status,
    stream: (echo = freshNonce()) => openFeedStream(address, credential, echo),
  };
}

async function openFeedStream(address: string, credential: string, echo: string): Promise<FeedStream> {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(`${address}/revocations/events?echo=${encodeURIComponent(echo)}`, {
    headers: { authorization: `Bearer ${credential}` },
    signal: leaving.signal,
  });
  const { status, headers } = response;
  const events: FeedEvent[] = [];
  if (status !== 200)
    return { status, headers, body: await response.text(), events, hear: () => Promise.reject(new Error()), ended: Promise.resolve() };
  let isOver = false;
  const wakes: (() => void)[] = [];
  const wake = () => {
    for (const each of wakes.splice(0)) each();
  };
  const ended = (async () => {
    let text = '';
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk as Uint8Array, { stream: true });
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          const [, event, data] = /^event: (.*)\ndata: (.*)$/s.exec(text.slice(0, end)) ?? [];
          text = text.slice(end + 2);
          if (event !== undefined && data !== undefined) events.push({ event, data: JSON.parse(data) });
          wake();
        }
      }
    } catch {
      // The test left the stream, or the server cut it.
    }
    isOver = true;
    wake();
  })();
  const hear = async (wanted: (event: FeedEvent) => boolean): Promise<FeedEvent> => {
    for (;;) {
      const found = events.find(wanted);
      if (found !== undefined) return found;
      if (isOver) throw new Error(`the stream has ended: ${JSON.stringify(events)}`);
      await new Promise<void>((resolve) => wakes.push(resolve));
    }
  };
  return { status, headers, body: '', events, hear, ended };
}
