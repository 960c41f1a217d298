/** The security headers, the same for every answer: Helmet writes them once, and each answer gets a copy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

function createSecurityHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const write = helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
    xFrameOptions: { action: 'deny' },
    // This server can't know whether the subdomains of its host support TLS. If one does not, browsers could no longer reach it.
    strictTransportSecurity: { includeSubDomains: false },
  });
  const response = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  };
  // Helmet uses nothing else of the request and the response.
  write({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}

/** Values by header name, in lower case. */
export const SECURITY_HEADERS = createSecurityHeaders();
