/** The session of this page, and how it asks the server: with a token that is good now, and once more when that one is refused. */
import { createAuthClient } from 'latchkey/client';
import type { TypedDocumentString } from './gql/graphql.js';

const url = document.querySelector<HTMLMetaElement>('meta[name=latchkey]')?.content ?? '/graphql';

/** The refresh token is in a cookie that no script can read, the access token in the memory of this page. */
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
  // Null: the session is over. The page is told through `auth`, and so is every other tab.
  const next = await auth.renew(token);
  return next ? send(next) : answer;
}
