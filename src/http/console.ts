/** Serves the pages of the console at /account. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { findBuiltPages } from './built-pages.js';

const PLACE = '/account';

/** Nothing from other origins, nothing inline, no text that becomes code, and no framing. */
const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  // This covers the WebSocket too: by CSP 3, section 6.7.2.8, 'self' matches ws: of the same host.
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join(';');

type Offered = Pick<Config, 'registration' | 'smtpUrl'>;

/** @returns false if the build did not include the console */
export function serveConsole(server: FastifyInstance, settings: Offered): boolean {
  const pages = findBuiltPages('console', 'index.html');
  if (pages === null) return false;
  const page = withOffers(pages.readPage(), settings);
  const sendPage = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.header('content-security-policy', CONSOLE_POLICY).type('text/html; charset=utf-8').send(page);
  pages.serveAssets(server, PLACE);
  server.get(PLACE, sendPage);
  // All these paths get the same page: its script chooses the view by the path.
  for (const path of ['/:page', '/:page/:id']) server.get(PLACE + path, sendPage);
  return true;
}

/** Writes into the page the settings that it needs before anybody signs in, so that it need not ask for them. */
function withOffers(page: string, { registration, smtpUrl }: Offered): string {
  const mail = smtpUrl === null ? 'files' : 'sent';
  return page.replace('id="console"', `$& data-registration="${registration}" data-mail="${mail}"`);
}
