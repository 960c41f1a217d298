/** Keeps the refresh token of a browser in a cookie that no script can read, for clients that ask for it (R30). */
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefreshCookie } from '../caller/caller.js';

/** A page of another origin can send this header only after a CORS preflight, so no foreign page can make a browser use the cookie. */
export const COOKIE_MODE_HEADER = 'latchkey-refresh-token';
/** The only value of the header. */
export const COOKIE_MODE = 'cookie';

/** RFC 6265bis, section 4.1.3.2: `__Host-` binds the cookie to this host, so that no other host of the domain can set it. */
const NAME = '__Host-latchkey-refresh';
/** For pages of http://localhost: some browsers keep no secure cookie there. */
const DEVELOPMENT_NAME = 'latchkey-refresh';

const LOCAL_PAGE = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** @returns null if the client keeps its refresh token itself */
export function refreshCookieOf({ headers }: FastifyRequest, reply: FastifyReply, now: () => number): RefreshCookie | null {
  if (headers[COOKIE_MODE_HEADER] !== COOKIE_MODE) return null;
  const isDevelopment = headers.origin !== undefined && LOCAL_PAGE.test(headers.origin);
  const name = isDevelopment ? DEVELOPMENT_NAME : NAME;
  let kept: string | null = parseCookie(headers.cookie ?? '')[name] || null;
  const write = (value: string, maxAge: number) => {
    const attributes = { httpOnly: true, secure: !isDevelopment, sameSite: 'strict', path: '/', maxAge } as const;
    // RFC 6265, section 4.1.1: an answer should not set the same cookie twice. If several operations set it, the last one counts.
    const others = [reply.getHeader('set-cookie') ?? []].flat().filter((other) => !String(other).startsWith(`${name}=`));
    reply.removeHeader('set-cookie').header('set-cookie', [...others, stringifySetCookie({ name, value, ...attributes })]);
    kept = value || null;
  };
  return {
    get received() {
      return kept;
    },
    give: (token, expiresAt) => write(token, Math.max(0, Math.floor((expiresAt.getTime() - now()) / 1000))),
    clear: () => write('', 0),
  };
}
