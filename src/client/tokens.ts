/** The tokens of a session as a client holds them, and how it writes them down. */

export interface Tokens {
  readonly accessToken: string;
  /** None when it is in a cookie that no script can read. */
  readonly refreshToken?: string | null | undefined;
  readonly sessionId: string;
  /** For how long the server accepts the access token: `exp` minus `iat`, so the clocks of the two need not agree. */
  readonly lifetimeMs: number;
  /** When the client asked for them, by its own clock. */
  readonly askedAt: number;
}

/** @returns null for what no Latchkey has issued */
export function readTokens(accessToken: unknown, refreshToken: string | null | undefined, askedAt: number): Tokens | null {
  try {
    const [, payload = ''] = (accessToken as string).split('.');
    const { sid, iat, exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    // What may not stand in a header is no token: `fetch` would quote it in its complaint.
    if (!/^[\w.-]+$/.test(accessToken as string) || !sid || !(exp > iat)) return null;
    return { accessToken: accessToken as string, refreshToken, sessionId: sid, lifetimeMs: (exp - iat) * 1000, askedAt };
  } catch {
    return null;
  }
}

/** A storage holds whatever a page has put there. */
export function parseTokens(text: string | null): Tokens | null {
  try {
    const { accessToken, refreshToken, askedAt }: Tokens = JSON.parse(text ?? '');
    return readTokens(accessToken, refreshToken, askedAt);
  } catch {
    return null;
  }
}
