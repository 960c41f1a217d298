/** Which web pages may talk to this server, where the browser does not ask on its own: WebSockets, event streams, requests with the cookie. */

/** Whether a page that says where it comes from may: the server's own pages, and those of the list. Who is no page says nothing. */
export function isOriginAllowed(origin: string | undefined, host: string | undefined, listed: readonly string[]): boolean {
  if (origin === undefined || listed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
