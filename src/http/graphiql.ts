/** GraphiQL, bundled: a page that sends requests only to this server. */
import { type BuiltPages, findBuiltPages } from './built-pages.js';
import type { Explorer } from './explorer.js';

/** A path of its own: /account belongs to the console, and /graphql is for requests. */
const PLACE = '/graphiql';

/**
 * Nothing from other origins, nothing inline, and no framing. Trusted Types stay off, since GraphiQL writes the schema's descriptions
 * (Markdown) into the page as HTML. A script or a handler in them would not run, since the policy forbids inline code.
 */
const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The one style that its dialogs write into the page (react-remove-scroll-bar): it keeps the page below from scrolling.
  "style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='",
  "img-src 'self' data:",
  // GraphiQL's style sheet contains its fonts as data URLs.
  'font-src data:',
  // This covers the WebSocket of subscriptions too, as in the console's policy.
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join(';');

/** @returns null if the build did not include GraphiQL */
export function openGraphiql(): Explorer | null {
  const pages = findBuiltPages('explorer', 'explorer.html');
  return pages && explorerOf(pages);
}

function explorerOf(pages: BuiltPages): Explorer {
  return {
    landingPage: { serverWillStart: async () => ({ renderLandingPage: async () => ({ html: async () => pages.readPage() }) }) },
    headers: { 'content-security-policy': GRAPHIQL_POLICY },
    serveAssets: (server) => pages.serveAssets(server, PLACE),
  };
}
