/** From the answer of a login to the header of what is asked next. */

/** @returns the access token that an answer brings; null if it brings none, or is none */
export function findAccessToken(answer: string): string | null {
  const payloads = Object.values(objectIn(objectIn(answer)?.data) ?? {});
  const tokens = payloads.map((payload) => objectIn(payload)?.accessToken);
  return tokens.find((token) => typeof token === 'string') ?? null;
}

/**
 * @param headers as JSON; what is none is replaced
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
