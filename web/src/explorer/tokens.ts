/** Takes the access token from the answer of a login and puts it into the headers of the next request. */

/** @returns the access token in an answer; null if there is none, or if the text is not an answer */
export function findAccessToken(answer: string): string | null {
  const payloads = Object.values(objectIn(objectIn(answer)?.data) ?? {});
  const tokens = payloads.map((payload) => objectIn(payload)?.accessToken);
  return tokens.find((token) => typeof token === 'string') ?? null;
}

/**
 * @param headers as JSON; text that is not a JSON object is replaced
 * @returns the same headers as JSON, with the token
 */
export function withToken(headers: string, token: string): string {
  const others = Object.entries(objectIn(headers) ?? {}).filter(([name]) => name.toLowerCase() !== 'authorization');
  return JSON.stringify({ ...Object.fromEntries(others), Authorization: `Bearer ${token}` }, null, 2);
}

function objectIn(value: unknown): Record<string, unknown> | null {
  try {
    const found: unknown = typeof value === 'string' ? JSON.parse(value) : value;
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
