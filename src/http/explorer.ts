/** The page that a browser gets at /graphql, in which people try the API. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { FastifyInstance } from 'fastify';

export interface Explorer {
  /** Who gets a page for an answer is for Apollo Server to say, in its negotiation. */
  readonly landingPage: ApolloServerPlugin;
  /** Of the page, in the place of those that answers have. */
  readonly headers: Readonly<Record<string, string>>;
  /** What the page loads from this server. */
  readonly serveAssets: (server: FastifyInstance) => void;
}

/** For a page that brings its own policy: the strict one of the API would stop it. */
export const OWN_POLICY: Explorer['headers'] = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin-allow-popups',
};
