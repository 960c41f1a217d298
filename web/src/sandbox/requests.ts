/** Sends a request for the frame, so that the frame can use no cookie of this server. */

/** Asks the server for cookie mode. This page never does. */
const COOKIE_MODE_HEADER = 'latchkey-refresh-token';

/** The answer as JSON, with what Sandbox shows of the response. */
export interface Answer {
  readonly json: object;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * @param headers as the user has typed them into Sandbox
 * @throws TypeError if the server can't be reached, or if a header is not valid; SyntaxError if the answer is not JSON
 */
export async function sendWithoutCookie(url: URL, body: object, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const sent = new Headers({ 'content-type': 'application/json', ...lowerCased(headers) });
  sent.delete(COOKIE_MODE_HEADER);
  // `omit` is what protects the session of the user: the browser neither sends the refresh cookie nor stores one.
  const response = await fetch(url, { method: 'POST', credentials: 'omit', redirect: 'error', headers: sent, body: JSON.stringify(body) });
  return { json: (await response.json()) as object, status: response.status, headers: Object.fromEntries(response.headers) };
}

/** So that a `Content-Type` of the user replaces the default one. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
