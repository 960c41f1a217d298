/** The page at /graphql, in which people try the API in a browser. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';

export interface Explorer {
  /** Apollo Server decides by content negotiation which requests get the page. */
  readonly landingPage: ApolloServerPlugin;
  /** Headers of the page, which replace those of API answers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Serves the scripts and styles that the page loads from this server. */
  readonly serveAssets: (server: FastifyInstance) => void;
}

/** For a page that brings its own policy: the strict policy of the API would block its scripts. */
export const OWN_POLICY: Explorer['headers'] = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin-allow-popups',
};
