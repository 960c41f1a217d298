/** /account: the pages of the console. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { findBuiltPages } from './built-pages.js';

const PLACE = '/account';

/** Nothing from elsewhere, nothing inline, no text that becomes code, and no page around it. */
const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  // The WebSocket too: CSP 3, section 6.7.2.8, counts ws: of the same host for 'self'.
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join(';');

type Offered = Pick<Config, 'registration' | 'smtpUrl'>;

/** @returns whether there is a console to serve: the build may have left it out */
export function serveConsole(server: FastifyInstance, settings: Offered): boolean {
  const pages = findBuiltPages('console', 'index.html');
  if (pages === null) return false;
  const page = withOffers(pages.readPage(), settings);
  const sendPage = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.header('content-security-policy', CONSOLE_POLICY).type('text/html; charset=utf-8').send(page);
  pages.serveAssets(server, PLACE);
  server.get(PLACE, sendPage);
  // Which of its pages it is the script knows.
  for (const path of ['/:page', '/:page/:id']) server.get(PLACE + path, sendPage);
  return true;
}

/** What the page has to know before anybody is signed in, without asking. */
function withOffers(page: string, { registration, smtpUrl }: Offered): string {
  const mail = smtpUrl === null ? 'files' : 'sent';
  return page.replace('id="console"', `$& data-registration="${registration}" data-mail="${mail}"`);
}
