/** GraphiQL, bundled: a page that sends requests only to this server. */
import { findBuiltPages } from './built-pages.js';
import { type Explorer, landingPageOf, policyOf } from './explorer.js';

/** A path of its own: /account belongs to the console, and /graphql is for requests. */
const PLACE = '/graphiql';

/**
 * Trusted Types stay off, since GraphiQL writes the schema's descriptions (Markdown) into the page as HTML. A script or a handler in them
 * would not run, since the policy forbids inline code.
 */
const GRAPHIQL_POLICY = policyOf([
  // The one style that its dialogs write into the page (react-remove-scroll-bar): it keeps the page below from scrolling.
  "style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='",
  // GraphiQL's style sheet contains its fonts as data URLs.
  'font-src data:',
]);

/** @returns null if the build did not include GraphiQL */
export function openGraphiql(): Explorer | null {
  const pages = findBuiltPages('explorer', 'explorer.html');
  return (
    pages && {
      landingPage: landingPageOf(pages),
      headers: { 'content-security-policy': GRAPHIQL_POLICY },
      serveFiles: (server) => pages.serveAssets(server, PLACE),
    }
  );
}
