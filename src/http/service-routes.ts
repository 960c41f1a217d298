/** The routes for other services and gateways: OAuth endpoints and checks by request. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import { serveChecks } from './check-routes.js';
import { serveOAuthMetadata } from './oauth-metadata.js';
import { type OAuthParts, serveOAuth } from './oauth-routes.js';

export function registerServices(server: FastifyInstance, config: Pick<Config, 'issuer' | 'audience'>, parts: OAuthParts): void {
  // Scopes of their own: what they accept as a body must not be accepted elsewhere.
  server.register((scope) => serveOAuth(scope, parts));
  server.register((scope) => serveChecks(scope, config, parts.callers));
  serveOAuthMetadata(server, config);
}
