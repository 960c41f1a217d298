/** Keeps the refresh token of a browser in a cookie that no script can read, for clients that ask for it (R30). */
import { createHash } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RefreshCookie } from '../caller/caller.js';
import type { Log } from '../lib/log.js';

/** A page of another origin can send this header only after a CORS preflight, so no foreign page can make a browser use the cookie. */
export const COOKIE_MODE_HEADER = 'latchkey-refresh-token';
/** The only value of the header. */
export const COOKIE_MODE = 'cookie';

/** RFC 6265bis, section 4.1.3.2: `__Host-` binds the cookie to this host, so that no other host of the domain can set it. */
const NAME = '__Host-latchkey-refresh';
/** For pages of http://localhost: some browsers keep no secure cookie there. */
const DEVELOPMENT_NAME = 'latchkey-refresh';

/** The hosts whose pages a browser trusts without TLS (Secure Contexts, section 3.1). */
const LOCAL_PAGE = /^http:\/\/((?:[\w-]+\.)*localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

/** Cookies of so many other servers may lie beside ours. More are left over from databases that are gone, and would fill the headers. */
const MOST_OTHERS = 20;

/** @returns null if the client keeps its refresh token itself */
export type RefreshCookies = (request: FastifyRequest, reply: FastifyReply) => RefreshCookie | null;

/**
 * Browsers send a cookie to every port of its host. So its name carries the id of the database: of two servers on one host, each reads,
 * writes and removes its own cookie only.
 *
 * @param now milliseconds since the epoch
 */
export function createRefreshCookies(clusterId: string, now: () => number, log: Log): RefreshCookies {
  const suffix = createHash('sha256').update(clusterId).digest('hex').slice(0, 8);
  const warnOfPlainHttp = warnOnce(log);
  return ({ headers }, reply) => {
    if (headers[COOKIE_MODE_HEADER] !== COOKIE_MODE) return null;
    const isDevelopment = headers.origin !== undefined && LOCAL_PAGE.test(headers.origin);
    const begin = isDevelopment ? DEVELOPMENT_NAME : NAME;
    const name = `${begin}-${suffix}`;
    const sent = parseCookie(headers.cookie ?? '');
    let kept: string | null = sent[name] || null;
    const set = (which: string, value: string, maxAge: number) => {
      const attributes = { httpOnly: true, secure: !isDevelopment, sameSite: 'strict', path: '/', maxAge } as const;
      // RFC 6265, section 4.1.1: an answer should not set the same cookie twice. If several operations set it, the last one counts.
      const others = [reply.getHeader('set-cookie') ?? []].flat().filter((other) => !String(other).startsWith(`${which}=`));
      reply.removeHeader('set-cookie').header('set-cookie', [...others, stringifySetCookie({ name: which, value, ...attributes })]);
    };
    const write = (value: string, maxAge: number) => {
      set(name, value, maxAge);
      kept = value || null;
    };
    return {
      get received() {
        return kept;
      },
      give(token, expiresAt) {
        if (!isDevelopment && headers.origin?.startsWith('http:')) warnOfPlainHttp(headers.origin);
        // RFC 6265, section 5.4: browsers send the oldest cookies first.
        const others = Object.keys(sent).filter((other) => other.startsWith(`${begin}-`) && other !== name);
        for (const other of others.slice(0, Math.max(0, others.length - MOST_OTHERS))) set(other, '', 0);
        write(token, Math.max(0, Math.floor((expiresAt.getTime() - now()) / 1000)));
      },
      clear: () => write('', 0),
    };
  };
}

function warnOnce(log: Log): (origin: string) => void {
  let isTold = false;
  return (origin) => {
    if (isTold) return;
    isTold = true;
    log.warn(
      { origin: origin.slice(0, 300) },
      'a page of plain http has logged in, and browsers drop its cookie: a reload logs it out. Serve the page by https',
    );
  };
}
