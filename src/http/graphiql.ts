/** GraphiQL, bundled: a page that asks nobody but this server. */
import { type BuiltPages, findBuiltPages } from './built-pages.js';
import type { Explorer } from './explorer.js';

/** A path of its own: below /account it would go with the console, and /graphql is for requests. */
const PLACE = '/graphiql';

/**
 * Nothing from elsewhere, nothing inline, and no page around it. No Trusted Types: GraphiQL writes the descriptions of the schema, which
 * are Markdown, into the page as HTML. A script or a handler in them would not run, since nothing inline does.
 */
const GRAPHIQL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // The one style that its dialogs write into the page (react-remove-scroll-bar): it keeps the page below from scrolling.
  "style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='",
  "img-src 'self' data:",
  // Its fonts stand in its style.
  'font-src data:',
  // The WebSocket of subscriptions too, as for the console.
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join(';');

/** @returns null if the build has left it out */
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
