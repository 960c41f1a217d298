/** Decides which pages may call this server where CORS alone does not protect it: WebSockets, event streams, requests with the cookie. */

/** Allows the server's own pages and the listed origins. A client that is not a page sends no Origin header and is allowed too. */
export function isOriginAllowed(origin: string | undefined, host: string | undefined, listed: readonly string[]): boolean {
  if (origin === undefined || listed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
