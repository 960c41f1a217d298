/** Reads Relay lists as a client does: one page, or all pages one after another. */
import type { Client } from './requests.js';

export interface ListRequest {
  readonly token: string;
  /** `users` or `auditEvents`. */
  readonly list: string;
  /** Fields of a node. */
  readonly fields: string;
  /** Further arguments, as text. */
  readonly filter?: string;
  readonly first?: number | null;
  readonly after?: string | null;
}

const PAGE_INFO = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';

/** The value of the field, or the code and message of the refusal. */
export async function readPage(client: Client, { token, list, fields, filter = '', ...variables }: ListRequest) {
  const query = `query($first: Int = 20, $after: String) { ${list}(first: $first, after: $after ${filter}) { edges { cursor node { ${fields} } } nodes { ${fields} } ${PAGE_INFO} } }`;
  const { data, errors } = await client.send(query, { token, variables });
  return { page: data?.[list], code: errors?.[0]?.extensions.code, message: errors?.[0]?.message };
}

/** Reads page after page to the end. @param between runs between two pages, to change what is being read */
export async function readAll(client: Client, request: ListRequest, between: () => Promise<unknown> = async () => undefined) {
  // biome-ignore lint/suspicious/noExplicitAny: whatever fields were asked for
  const nodes: any[] = [];
  for (let after: string | null = null; ; ) {
    const { page, message } = await readPage(client, { ...request, after });
    if (!page) throw new Error(`no page: ${message}`);
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
    await between();
  }
}
