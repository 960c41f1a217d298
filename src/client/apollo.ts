/** `latchkey/client/apollo`, for Apollo Client 4: a link that sends the access token and renews a refused one, and a cache that empties on logout. */
import { type ApolloClient, ApolloLink, Observable } from '@apollo/client';
import type { AuthClient } from './auth-client.js';
import { AuthError } from './auth-error.js';
import { isRefused, mayRepeat } from './refusals.js';

/** The message of `GraphQLWsLink` when the server has closed the socket because of its token. */
const SOCKET_REFUSED = /^Socket closed with event 4401\b/;

/**
 * Put it before the link that sends. When the session ends in this browser, every running operation with its token fails with an
 * `AuthError` with code `LOGGED_OUT`, subscriptions included. Otherwise the next user could receive an answer of the previous one.
 */
export function createAuthLink(auth: AuthClient): ApolloLink {
  return new ApolloLink(
    (operation, forward) =>
      new Observable<ApolloLink.Result>((observer) => {
        let subscription: { unsubscribe(): void } | undefined;
        let isRepeated = false;
        /** Set during a renewal: stops waiting and passes on the refusal. */
        let giveUp: (() => void) | null = null;
        let isOver = false;
        let isBound = false;
        const end = () => {
          isOver = true;
          unsubscribe();
          subscription?.unsubscribe();
        };
        const fail = (error: unknown) => {
          if (isOver) return;
          end();
          observer.error(error);
        };
        const unsubscribe = auth.onChange(({ reason }) => {
          if (reason !== 'LOGGED_OUT' || !isBound) return;
          if (giveUp) giveUp();
          else fail(new AuthError('LOGGED_OUT'));
        });
        const send = (token: string | null) => {
          if (isOver) return;
          isBound = token !== null;
          if (token) operation.setContext(({ headers }) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }));
          /** Sends the operation again with a new token, or passes the answer on unchanged. */
          const renew = async (isSafe: boolean, pass: () => void) => {
            giveUp = pass;
            const next = await auth.renew(token ?? '').catch(() => null);
            giveUp = null;
            if (isOver) return;
            if (next === null || !isSafe || isRepeated) return pass();
            isRepeated = true;
            subscription?.unsubscribe();
            send(next);
          };
          subscription = forward(operation).subscribe({
            next(result) {
              const errors = 'errors' in result ? result.errors : undefined;
              if (token === null || !isRefused(errors)) {
                isRepeated = false;
                return observer.next(result);
              }
              renew(mayRepeat(operation.query, errors), () => {
                observer.next(result);
                end();
                observer.complete();
              });
            },
            error(error: unknown) {
              if (token === null || !SOCKET_REFUSED.test(String((error as Error)?.message))) return fail(error);
              renew(true, () => fail(error));
            },
            complete() {
              if (giveUp) return;
              end();
              observer.complete();
            },
          });
        };
        auth.getAccessToken().then(send).catch(fail);
        return end;
      }),
  );
}

/**
 * Empties the cache when the session ends in this browser, in any tab. Active queries run again, without the old token.
 *
 * @returns a function that stops this
 */
export function forgetOnLogout(client: ApolloClient, auth: AuthClient): () => void {
  return auth.onChange(({ reason }) => {
    // Each query that runs again reports its own error.
    if (reason === 'LOGGED_OUT') client.resetStore().catch(() => undefined);
  });
}
