/** The session of this page, and a function that sends operations with a valid token and tries again with a new one if it is refused. */
import { createAuthClient } from 'latchkey/client';
import type { TypedDocumentString } from './gql/graphql.js';

const url = document.querySelector<HTMLMetaElement>('meta[name=latchkey]')?.content ?? '/graphql';

/** The refresh token is in a cookie that no script can read; the access token is in the memory of this page. */
export const auth = createAuthClient({ url, tokens: 'cookie' });

interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

export async function ask<Result, Variables>(
  query: TypedDocumentString<Result, Variables>,
  variables?: Variables,
): Promise<Answer<Result>> {
  const send = async (token: string | null): Promise<Answer<Result>> => {
    const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    return response.json();
  };
  const token = await auth.getAccessToken();
  const answer = await send(token);
  const isRefused = answer.errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
  if (!token || !isRefused) return answer;
  // Null means that the session is over. `auth` reports that to this page and to every other tab.
  const next = await auth.renew(token);
  return next ? send(next) : answer;
}
