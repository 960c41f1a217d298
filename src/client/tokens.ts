/** The tokens of a session as the client stores them, and how it reads them back. */

export interface Tokens {
  readonly accessToken: string;
  /** Absent if it is in a cookie, which no script can read. */
  readonly refreshToken?: string | null | undefined;
  readonly sessionId: string;
  /** How long the server accepts the access token: `exp` minus `iat`, so that the two clocks need not agree. */
  readonly lifetimeMs: number;
  /** When the client sent the request for them, by its own clock. */
  readonly askedAt: number;
}

/** @returns null if the token has not the form of one that Latchkey issues */
export function readTokens(accessToken: unknown, refreshToken: string | null | undefined, askedAt: number): Tokens | null {
  try {
    const [, payload = ''] = (accessToken as string).split('.');
    const { sid, iat, exp } = JSON.parse(atob(payload.replace(/-/g, '+').replace(/_/g, '/')));
    // Characters that no header allows must not pass: `fetch` would quote the token in its error message.
    if (!/^[\w.-]+$/.test(accessToken as string) || !sid || !(exp > iat)) return null;
    return { accessToken: accessToken as string, refreshToken, sessionId: sid, lifetimeMs: (exp - iat) * 1000, askedAt };
  } catch {
    return null;
  }
}

/** Checks what it reads: any script of the page may have written to the storage. */
export function parseTokens(text: string | null): Tokens | null {
  try {
    const { accessToken, refreshToken, askedAt }: Tokens = JSON.parse(text ?? '');
    return readTokens(accessToken, refreshToken, askedAt);
  } catch {
    return null;
  }
}
