/** GET /.well-known/oauth-authorization-server (RFC 8414): where clients find the endpoints. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';

const WELL_KNOWN = '/.well-known/oauth-authorization-server';
const MAX_AGE_SECONDS = 60;

/** Serves nothing unless ISSUER is an https URL without query and fragment: RFC 8414, section 2, allows no other issuer. */
export function serveOAuthMetadata(server: FastifyInstance, { issuer }: Pick<Config, 'issuer'>): void {
  const url = URL.canParse(issuer) ? new URL(issuer) : null;
  if (url?.protocol !== 'https:' || /[?#]/.test(issuer)) return;
  const at = (path: string) => new URL(path, url.origin).href;
  const metadata = {
    // Exactly as in the tokens: clients compare the two character by character.
    issuer,
    jwks_uri: at('/.well-known/jwks.json'),
    introspection_endpoint: at('/oauth/introspect'),
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'Bearer'],
    revocation_endpoint: at('/oauth/revoke'),
    revocation_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'Bearer'],
    // Clients log in over GraphQL, so there is no grant of OAuth.
    response_types_supported: [],
    grant_types_supported: [],
  };
  // RFC 8414, section 3.1: a path of the issuer comes after the well-known part.
  server.get(WELL_KNOWN + url.pathname.replace(/\/$/, ''), async (_request, reply) => {
    return reply.header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`).send(metadata);
  });
}
