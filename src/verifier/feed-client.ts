/** Sends the requests of the feed over HTTP, and believes an answer only if it is one to this request (R36). */
import type { Registration, RenewalAnswer, RenewalRequest } from '../revocation/lease/feed-messages.js';
import { FeedRefusal, WrongAnswer } from './feed-failures.js';

const MOST_OF_A_MESSAGE = 300;

interface Needs {
  /** Ends with a slash. */
  readonly baseUrl: string;
  readonly credential: string;
  readonly requestTimeoutMs: number;
  readonly fetch: typeof fetch;
  readonly freshText: () => string;
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export function createFeedClient(...given: ConstructorParameters<typeof FeedClient>): FeedClient {
  return new FeedClient(...given);
}

export class FeedClient {
  constructor(private readonly needs: Needs) {}

  /** @param leaseMs the longest lease that renewals will ask for; null for the longest that the server grants */
  async register(leaseMs: number | null, signal: AbortSignal): Promise<Registration> {
    const body = leaseMs === null ? {} : { leaseMs };
    const answer = (await this.#call({ method: 'POST', path: 'revocations/members', body, signal })) as Partial<Registration> | null;
    const { member, clusterId, granted } = answer ?? {};
    if (typeof member !== 'string' || typeof clusterId !== 'string' || !isNumber(granted)) throw new WrongAnswer('This is no registration');
    return { member, clusterId, granted };
  }

  /** @throws WrongAnswer if the nonce is another: a late, doubled or replayed answer */
  async renew(request: Omit<RenewalRequest, 'nonce'>, signal: AbortSignal): Promise<RenewalAnswer> {
    const nonce = this.needs.freshText();
    const answer = await this.#call({ method: 'POST', path: 'revocations', body: { ...request, nonce }, signal });
    if (!isRenewalAnswer(answer)) throw new WrongAnswer('This is no answer to a renewal');
    if (answer.nonce !== nonce) throw new WrongAnswer('This is the answer to another request');
    return answer;
  }

  async leave(member: string, signal: AbortSignal): Promise<void> {
    await this.#call({ method: 'DELETE', path: `revocations/members/${encodeURIComponent(member)}`, signal });
  }

  /** @returns the body, while it comes */
  async listen(echo: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#send({ method: 'GET', path: `revocations/events?echo=${echo}`, accept: 'text/event-stream', signal });
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream') || response.body === null) throw new WrongAnswer('This is no stream of events');
    return response.body as unknown as AsyncIterable<Uint8Array>;
  }

  async #call(call: Call): Promise<unknown> {
    // `AbortSignal.any` would keep something of each request for as long as the verifier lives.
    const limit = new AbortController();
    const cancel = () => limit.abort(call.signal.reason);
    const timer = setTimeout(() => limit.abort(new Error('The login server took too long')), this.needs.requestTimeoutMs);
    call.signal.addEventListener('abort', cancel);
    if (call.signal.aborted) cancel();
    try {
      const response = await this.#send({ ...call, signal: limit.signal });
      const text = await response.text();
      return text === '' ? null : JSON.parse(text);
    } finally {
      clearTimeout(timer);
      call.signal.removeEventListener('abort', cancel);
    }
  }

  async #send({ method, path, body, accept = 'application/json', signal }: Call): Promise<Response> {
    const { baseUrl, credential, fetch: send } = this.needs;
    const headers = {
      authorization: `Bearer ${credential}`,
      accept,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const response = await send(`${baseUrl}${path}`, {
      method,
      headers,
      signal,
      // The credential must not follow a redirect to wherever it leads.
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.ok) return response;
    throw new FeedRefusal(response.status, retryAfterMs(response), await messageOf(response));
  }
}

function retryAfterMs({ headers }: Response): number | null {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

async function messageOf(response: Response): Promise<string | null> {
  try {
    const { errors } = JSON.parse(await response.text()) as { readonly errors: readonly { readonly message: unknown }[] };
    return String(errors[0]?.message).slice(0, MOST_OF_A_MESSAGE);
  } catch {
    return null;
  }
}

const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isRenewalAnswer(value: unknown): value is RenewalAnswer {
  if (typeof value !== 'object' || value === null) return false;
  const answer = value as Record<keyof RenewalAnswer, unknown>;
  return (
    [answer.nonce, answer.clusterId, answer.issuer].every((each) => typeof each === 'string') &&
    [answer.isMember, answer.isRenewed, answer.isStandby].every((each) => typeof each === 'boolean') &&
    [answer.version, answer.generation, answer.sessionsSince].every(isCount) &&
    [answer.granted, answer.databaseNow, answer.prunedBefore].every(isNumber) &&
    Array.isArray(answer.rows) &&
    answer.rows.every(isRow) &&
    (answer.cursor === undefined || typeof answer.cursor === 'string') &&
    Array.isArray(answer.keys)
  );
}

export function isRow(value: unknown): value is readonly [string, number] {
  return Array.isArray(value) && typeof value[0] === 'string' && isNumber(value[1]);
}
