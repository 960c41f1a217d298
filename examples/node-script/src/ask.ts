/** Sends one operation to the server over HTTP; the answer has the type of the document. */
import type { TypedDocumentString } from './gql/graphql.js';

export interface Answer<Result> {
  readonly data?: Result | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

export async function ask<Result, Variables>(
  url: string,
  token: string | null,
  document: TypedDocumentString<Result, Variables>,
  variables?: Variables,
): Promise<Answer<Result>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query: document, variables }),
  });
  return (await response.json()) as Answer<Result>;
}
