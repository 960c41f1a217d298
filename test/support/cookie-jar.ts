/** A browser's cookie, and the part of the server that puts the refresh token into it: it never reaches the client. */

interface Payload {
  refreshToken?: string | null;
  accessToken?: string | null;
  endedSessions?: number;
}

export interface CookieJar {
  readonly fetch: typeof globalThis.fetch;
  token: string | null;
}

/** What the server does with `__Host-` cookies, done on the way to it. Without `credentials: 'include'` there is no cookie. */
export function openCookieJar(fetch: typeof globalThis.fetch): CookieJar {
  const jar: CookieJar = {
    token: null,
    async fetch(input, init) {
      const { variables, query } = JSON.parse(String(init?.body));
      const isLogout = query.includes('{logout(');
      const isSent = init?.credentials === 'include';
      if (variables.input?.refreshToken) throw new Error('a refresh token was sent past the cookie');
      if (isSent && jar.token && (isLogout || query.includes('{refreshToken('))) variables.input.refreshToken = jar.token;
      const response = await fetch(input, { ...init, body: JSON.stringify({ query, variables }) });
      const answer = (await response.json()) as { data?: Record<string, Payload | null> };
      const payload = Object.values(answer.data ?? {})[0];
      if (isSent && payload?.refreshToken) {
        jar.token = payload.refreshToken;
        payload.refreshToken = null;
      }
      if (isSent && isLogout && payload) jar.token = null;
      return new Response(JSON.stringify(answer), { status: response.status });
    },
  };
  return jar;
}
