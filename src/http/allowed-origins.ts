/** Decides which pages may call this server where CORS alone does not protect it: WebSockets, event streams, requests with the cookie. */

/** Allows the server's own pages and the listed origins. A client that is not a page sends no Origin header and is allowed too. */
export function isOriginAllowed(origin: string | undefined, host: string | undefined, listed: readonly string[]): boolean {
  if (origin === undefined || listed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/** Headers that a page can send to another origin only after a CORS preflight. Apollo Server asks for the same ones. */
const PREFLIGHTED = ['apollo-require-preflight', 'x-apollo-operation-name'];

/** Whether no link, form or `EventSource` of a foreign page can have sent the request (CSRF). */
export function isPreflighted(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const type = String(headers['content-type'] ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase();
  return type === 'application/json' || PREFLIGHTED.some((name) => Boolean(headers[name]));
}
