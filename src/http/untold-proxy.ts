/** Warns if X-Forwarded-For or Forwarded arrives while TRUST_PROXY is off: behind a proxy all users would share one address and one budget of attempts. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';

/** Warns only once: anybody can send the header to a public server, and would fill the log with warnings. */
export function warnOfUntoldProxy(server: FastifyInstance, trustProxy: Config['trustProxy'], log: Log): void {
  if (trustProxy !== false) return;
  let isTold = false;
  server.addHook('onRequest', (request, _reply, done) => {
    if (!isTold && (request.headers['x-forwarded-for'] ?? request.headers.forwarded) !== undefined) {
      isTold = true;
      log.warn(
        'a request came with X-Forwarded-For or Forwarded and TRUST_PROXY is off: if a proxy sent it, set TRUST_PROXY, or all users share its address',
      );
    }
    done();
  });
}
