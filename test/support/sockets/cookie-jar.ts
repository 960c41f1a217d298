/** Cookies for a `fetch` that keeps none, sent and stored as a browser does when a request includes credentials. */
export interface CookieJar {
  readonly fetch: typeof globalThis.fetch;
  readonly cookies: ReadonlyMap<string, string>;
}

export function openCookieJar(fetch: typeof globalThis.fetch): CookieJar {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async fetch(input, init) {
      if (init?.credentials !== 'include') return fetch(input, init);
      const headers = new Headers(init.headers);
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      const response = await fetch(input, { ...init, headers });
      for (const text of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
        if (/max-age=0\b/i.test(text)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return response;
    },
  };
}
