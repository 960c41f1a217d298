/** The security headers, the same for every answer: Helmet writes them once, and each answer gets a copy. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

/** @returns names in small letters, and values */
export function createSecurityHeaders(): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const write = helmet({
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }, useDefaults: false },
    xFrameOptions: { action: 'deny' },
    // Whether its neighbours on the domain speak TLS is not for this server to say.
    strictTransportSecurity: { includeSubDomains: false },
  });
  const response = {
    setHeader(name: string, value: string) {
      headers[name.toLowerCase()] = value;
    },
    removeHeader: () => undefined,
  };
  // It looks at neither of them otherwise.
  write({} as IncomingMessage, response as unknown as ServerResponse, (error) => {
    if (error !== undefined) throw error;
  });
  return headers;
}
