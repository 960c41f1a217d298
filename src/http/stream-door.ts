/** What connections that stay open need of the GraphQL side, which the composition root hands in: here nobody knows GraphQL or sessions. */
import type { LiveConnection, LiveConnections } from '../revocation/live-connections.js';
import type { RevocableToken } from '../revocation/revocation-check.js';
import type { RequestFacts } from './request-facts.js';

export type Admission =
  | { readonly kind: 'admitted'; readonly token: RevocableToken | null }
  | { readonly kind: 'refused'; readonly cause: 'revoked' | 'expired' | 'invalid' | 'unavailable' };

export interface StreamRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Record<string, unknown> | null | undefined;
}

/** An answer of GraphQL, whole and fit to be sent. */
export interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly unknown[];
}

export interface StreamDoor<Args, Fault> {
  admit(facts: RequestFacts): Promise<Admission>;
  prepare(
    facts: RequestFacts,
    request: StreamRequest,
  ): Promise<
    | { readonly kind: 'operation'; readonly type: 'query' | 'mutation' | 'subscription'; readonly args: Args }
    | { readonly kind: 'refused'; readonly errors: readonly Fault[] }
  >;
  subscribe(args: Args, token: RevocableToken | null): Promise<object>;
  execute(request: StreamRequest, args: Args): Promise<Answer>;
  isLive(token: RevocableToken): boolean | Promise<boolean>;
  format(result: { readonly errors?: readonly unknown[] }): Answer;
}

/** What the routes share. */
export interface StreamParts<Args, Fault> {
  readonly door: StreamDoor<Args, Fault>;
  readonly connections: LiveConnections;
  readonly addresses: AddressCounts;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Operations of one connection at a time. */
export const OPERATIONS_PER_CONNECTION = 100;
/** A browser with many tabs has one or two each. */
export const CONNECTIONS_PER_SESSION = 50;
/** Many people may share an address. */
export const CONNECTIONS_PER_ADDRESS = 1_000;

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Calls back when the token has expired, by the clock of the server. @returns what gives it up */
export function whenExpired(token: RevocableToken | null, now: number, act: () => void): () => void {
  if (token === null) return () => undefined;
  const timer = setTimeout(act, Math.min(Math.max(0, token.exp * 1000 - now), LONGEST_TIMER_MS));
  timer.unref();
  return () => clearTimeout(timer);
}

/** What was revoked before a connection stood in the index has to be asked for, once it stands there. */
export async function endIfDead<Args, Fault>({ door, connections }: StreamParts<Args, Fault>, connection: LiveConnection): Promise<void> {
  connections.add(connection);
  const { token } = connection;
  try {
    if (token !== null && !(await door.isLive(token))) connection.end('revoked');
  } catch {
    connection.end('unavailable');
  }
}

/** How many connections each address has. */
export class AddressCounts {
  readonly #counts = new Map<string, number>();

  /** @returns null if it has as many as it may, else what ends it */
  take(address: string | null): (() => void) | null {
    const key = address ?? '';
    const count = this.#counts.get(key) ?? 0;
    if (count >= CONNECTIONS_PER_ADDRESS) return null;
    this.#counts.set(key, count + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const left = (this.#counts.get(key) ?? 1) - 1;
      if (left === 0) this.#counts.delete(key);
      else this.#counts.set(key, left);
    };
  }
}
