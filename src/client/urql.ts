/** `latchkey/client/urql`: an exchange that sends the access token and renews a refused one. */
import { type Exchange, makeErrorResult, makeOperation, type Operation, type OperationResult } from '@urql/core';
import { filter, fromPromise, fromValue, makeSubject, map, merge, mergeMap, pipe, type Source, share, takeUntil } from 'wonka';
import type { AuthClient } from './auth-client.js';
import { AuthError } from './auth-error.js';
import { isRefused, mayRepeat } from './refusals.js';

interface Sent {
  readonly operation: Operation;
  readonly token: string | null;
}

/**
 * Put it after the cache exchange and before the one that sends. When the session ends in this browser, every running operation with its
 * token fails with an `AuthError` with code `LOGGED_OUT`. The cache of urql can't be emptied: create a new client for each session.
 */
export function authExchange(auth: AuthClient): Exchange {
  return ({ forward }) =>
    (operations$) => {
      const shared$ = pipe(operations$, share);
      const again = makeSubject<Operation>();
      const made = makeSubject<OperationResult>();
      const sent = new Map<number, Sent>();
      const repeated = new Set<number>();

      /** Subscribed only while operations run: nothing disposes of an abandoned urql client, so a lasting listener would leak it. */
      let unsubscribe: (() => void) | null = null;
      const keep = (key: number, next: Sent) => {
        sent.set(key, next);
        unsubscribe ??= auth.onChange(({ reason }) => {
          if (reason !== 'LOGGED_OUT') return;
          for (const { operation, token } of [...sent.values()]) {
            if (token === null) continue;
            forget(operation.key);
            again.next(makeOperation('teardown', operation));
            made.next(makeErrorResult(operation, new AuthError('LOGGED_OUT')));
          }
        });
      };
      const forget = (key: number) => {
        sent.delete(key);
        if (sent.size > 0) return;
        unsubscribe?.();
        unsubscribe = null;
      };

      const withToken = (operation: Operation): Source<Operation> => {
        const prepared = auth.getAccessToken().then(
          (token) => ({ token }),
          (error: AuthError) => ({ error }),
        );
        const isGone$ = pipe(
          shared$,
          filter(({ kind, key }) => kind === 'teardown' && key === operation.key),
        );
        return pipe(
          fromPromise(prepared),
          takeUntil(isGone$),
          map((found) => {
            if ('error' in found) {
              made.next(makeErrorResult(operation, found.error));
              return null;
            }
            const { token } = found;
            keep(operation.key, { operation, token });
            return token === null ? operation : makeOperation(operation.kind, operation, authorize(operation, token));
          }),
          filter((ready) => ready !== null),
        );
      };
      const forwarded$ = pipe(
        merge([shared$, again.source]),
        mergeMap((operation) => {
          if (operation.kind !== 'teardown') return withToken(operation);
          forget(operation.key);
          repeated.delete(operation.key);
          return fromValue(operation);
        }),
      );

      /** Sends the operation again with a new token, or passes the answer on unchanged. */
      const renewed = async (result: OperationResult, { operation, token }: Sent): Promise<OperationResult | null> => {
        const { key } = operation;
        const next = await auth.renew(token ?? '').catch(() => null);
        if (next === null || repeated.has(key) || !mayRepeat(operation.query, result.error?.graphQLErrors)) return result;
        repeated.add(key);
        again.next(operation);
        return null;
      };
      const results$ = pipe(
        forward(forwarded$),
        mergeMap((result) => {
          const { key, kind } = result.operation;
          const origin = sent.get(key);
          if (kind !== 'subscription' && !result.hasNext) forget(key);
          if (origin?.token && isRefused(result.error?.graphQLErrors)) return fromPromise(renewed(result, origin));
          repeated.delete(key);
          return fromValue(result);
        }),
        filter((result) => result !== null),
      );
      return merge([results$, made.source]);
    };
}

function authorize({ context }: Operation, token: string): Partial<Operation['context']> {
  const options = typeof context.fetchOptions === 'function' ? context.fetchOptions() : context.fetchOptions;
  const headers = Object.fromEntries(new Headers(options?.headers));
  return { ...context, fetchOptions: { ...options, headers: { ...headers, authorization: `Bearer ${token}` } } };
}
