/** A login server that a test has in its hands: it answers the feed over a real socket, from values that the test sets. */

import { createPublicKey, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { RenewalAnswer, RenewalRequest } from '../../../src/revocation/lease/feed-messages.js';
import { type Key, makeKey, signText } from '../tokens/forging.js';

type Refusal = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
type Answer = RenewalAnswer | Refusal | 'never';

export const id = () => randomBytes(16).toString('base64url').replace(/^-/, 'A');

export class ScriptedFeed {
  clusterId = 'cluster';
  version = 1;
  generation = 1;
  sessionsSince = 0;
  prunedBefore = 0;
  issuer = 'latchkey';
  rows: (readonly [string, number])[] = [];
  keys: Key[] = [makeKey(id())];
  granted = 2_000;
  /** How far the clock of its database is ahead. */
  skewMs = 0;
  isHearing = true;
  /** Whether the stream says its first event. */
  echoes = true;
  readonly renewals: RenewalRequest[] = [];
  readonly registrations: unknown[] = [];
  readonly left: string[] = [];
  /** Changes the answer to a renewal. */
  answer: (answer: RenewalAnswer, request: RenewalRequest) => Answer | Promise<Answer> = (answer) => answer;
  /** Refuses every request. */
  refusal: Refusal | null = null;
  readonly streams = new Set<ServerResponse>();

  /** @returns its address */
  async listen(): Promise<string> {
    const server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A token as the server issues it, changed as the test wants. */
  token(changes: { header?: object; payload?: object; key?: Key } = {}): string {
    const [first] = this.keys;
    const key = changes.key ?? (first as Key);
    const now = Math.floor(Date.now() / 1000);
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...changes.header };
    const claims = { iss: 'latchkey', aud: ['other', 'latchkey'], client_id: 'latchkey', sub: id(), sid: id(), jti: id(), roles: ['USER'] };
    const payload = { ...claims, gen: this.generation, iat: now, exp: now + 900, ...changes.payload };
    return signText(key, JSON.stringify(header), JSON.stringify(payload));
  }

  revoke(...ids: string[]): void {
    this.version += 1;
    for (const each of ids) this.rows.push([each, Date.now() + 3_600_000]);
  }

  ring(bell: object): void {
    for (const stream of this.streams) stream.write(`event: bell\ndata: ${JSON.stringify(bell)}\n\n`);
  }

  /** What holds for all tokens now. */
  get state() {
    const { clusterId, version, generation, sessionsSince, prunedBefore } = this;
    return { clusterId, version, generation, sessionsSince, prunedBefore };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const send = ({ status, headers = {}, body = '' }: Refusal) => response.writeHead(status, headers).end(body);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://feed');
    if (this.refusal !== null) return void send(this.refusal);
    if (request.method === 'DELETE') {
      this.left.push(pathname.split('/').at(-1) ?? '');
      return void send({ status: 204 });
    }
    if (pathname.endsWith('/members')) {
      this.registrations.push(text === '' ? {} : JSON.parse(text));
      const member = `member-${this.registrations.length}`;
      return void send({ status: 200, body: JSON.stringify({ member, clusterId: this.clusterId, granted: this.granted }) });
    }
    if (pathname.endsWith('/events')) return this.#stream(response, searchParams.get('echo') ?? '');
    const asked = JSON.parse(text) as RenewalRequest;
    this.renewals.push(asked);
    const answer = await this.answer(this.#answerTo(asked), asked);
    if (answer === 'never') return;
    send('status' in answer ? answer : { status: 200, body: JSON.stringify(answer) });
  }

  #answerTo({ nonce, applied, member }: RenewalRequest): RenewalAnswer {
    const keys = this.keys.map(({ kid, privateKey }) => ({ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid, alg: 'ES256' }));
    const isMember = member !== undefined;
    const { issuer, granted } = this;
    return {
      ...this.state,
      nonce,
      isMember,
      isRenewed: isMember,
      isStandby: false,
      granted,
      databaseNow: Date.now() + this.skewMs,
      rows: applied < this.version ? this.rows : [],
      keys,
      issuer,
    };
  }

  #stream(response: ServerResponse, echo: string): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(':\n\n');
    this.streams.add(response);
    response.once('close', () => this.streams.delete(response));
    if (this.echoes) response.write(`event: echo\ndata: ${JSON.stringify({ echo })}\n\n`);
    response.write(`event: hearing\ndata: ${JSON.stringify({ isHearing: this.isHearing })}\n\n`);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
