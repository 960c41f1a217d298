/**
 * Apollo Sandbox: a page of ours with a frame of Apollo's origin. Apollo's scripts run in the frame only. Our script sends the requests that
 * the frame asks for, without cookies (`web/src/sandbox/`, decision 0020).
 */
import { findBuiltPages } from './built-pages.js';
import { type Explorer, landingPageOf, policyOf } from './explorer.js';

/** Below the path of GraphiQL, which every proxy in front of this server forwards already. */
const PLACE = '/graphiql/sandbox';

const SANDBOX_POLICY = policyOf([
  "style-src 'self'",
  'frame-src https://sandbox.embed.apollographql.com',
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
]);

/** @returns null if the build did not include the page */
export function openSandbox(): Explorer | null {
  const pages = findBuiltPages('sandbox', 'sandbox.html');
  const headers = { 'content-security-policy': SANDBOX_POLICY };
  return (
    pages && {
      landingPage: landingPageOf(pages),
      headers,
      serveFiles(server) {
        server.get(PLACE, async (_request, reply) => reply.headers(headers).type('text/html; charset=utf-8').send(pages.readPage()));
        pages.serveAssets(server, PLACE);
      },
    }
  );
}
