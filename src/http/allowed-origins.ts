/** Decides which pages may call this server where CORS alone does not protect it: WebSockets, event streams, requests with the cookie. */
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import { parseUrl } from '../lib/parse-url.js';
import type { Proxies, RawRequest } from './proxies.js';

export interface OriginCheck {
  /** Allows the server's own pages and the listed origins. A client that is not a page sends no Origin header and is allowed too. */
  allows(request: RawRequest): boolean;
}

type Settings = Pick<Config, 'corsOrigins' | 'appUrl'>;

/** Enough for every page that an operator forgot. Anybody can send any origin, and would fill the log with warnings. */
const MOST_WARNINGS = 20;

export function createOriginCheck({ corsOrigins, appUrl }: Settings, proxies: Proxies, log: Log): OriginCheck {
  // The pages of APP_URL belong to this server even if a proxy hides the name under which the browser asks for them.
  const known = new Set([...corsOrigins, new URL(appUrl).origin]);
  const warned = new Set<string>();
  return {
    allows(request) {
      const { origin, host = '' } = request.headers;
      if (origin === undefined || known.has(origin)) return true;
      const page = parseUrl(origin);
      const { hosts, protocol } = proxies.read(request);
      if (page !== null && isOwn(page, [host, ...hosts], protocol)) return true;
      const told = page?.host ? `${page.protocol}//${page.host}` : 'null';
      if (warned.has(told) || warned.size === MOST_WARNINGS) return false;
      warned.add(told);
      log.warn(
        { origin: told.slice(0, 300), host: readableHost(host), forwardedHosts: hosts.slice(0, 5).map(readableHost), appUrl },
        'a page was refused: its origin is not the name under which the request arrived. If the page is yours, let the proxy pass on Host, or set APP_URL or CORS_ORIGINS',
      );
      return false;
    },
  };
}

/**
 * RFC 6454, section 5. A default port (443 for https, 80 for http) equals none. The scheme under which this server was asked is known only
 * from a trusted proxy. If that is https, a page of http is another origin: anybody in the network may have written it.
 */
function isOwn(page: URL, hosts: readonly string[], protocol: string | null): boolean {
  if (page.protocol !== 'https:' && page.protocol !== 'http:') return false;
  if (page.protocol === 'http:' && protocol === 'https') return false;
  return hosts.some((host) => hostOf(host, page.protocol) === page.host);
}

/** The host and port as `URL` writes them; null for a text that is more or less than these. */
function hostOf(text: string, protocol: string): string | null {
  return /^[\w.[\]:-]+$/.test(text) ? (parseUrl(`${protocol}//${text}`)?.host ?? null) : null;
}

function readableHost(text: string): string {
  return hostOf(text, 'none:')?.slice(0, 300) ?? '(unreadable)';
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
