/** The page at /graphql, in which people try the API in a browser. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import type { BuiltPages } from './built-pages.js';

export interface Explorer {
  /** Apollo Server decides by content negotiation which requests get the page. */
  readonly landingPage: ApolloServerPlugin;
  /** Headers of the page, which replace those of API answers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Serves the scripts and styles that the page loads from this server, and the pages to which it links. */
  readonly serveFiles: (server: FastifyInstance) => void;
}

/**
 * What a page of an explorer may do, as a Content-Security-Policy: nothing inline, no script of another origin, and no framing. Every page
 * here has the origin of the refresh cookie, so a foreign script in it could use the session of the user.
 *
 * @param allowed the directives in which the pages differ
 */
export function policyOf(allowed: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "img-src 'self' data:",
    // This covers the WebSocket of subscriptions too, as in the console's policy.
    "connect-src 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ...allowed,
  ].join(';');
}

/** Gives the page to Apollo Server. */
export function landingPageOf(pages: BuiltPages): ApolloServerPlugin {
  return { serverWillStart: async () => ({ renderLandingPage: async () => ({ html: async () => pages.readPage() }) }) };
}
