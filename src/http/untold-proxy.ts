/** Tells the operator of a proxy that the server was not told of: behind it all users would have one address, and one budget of attempts. */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';

/** Once, since everybody can send the header to a server that is open to the network. */
export function warnOfUntoldProxy(server: FastifyInstance, trustProxy: Config['trustProxy'], log: Log): void {
  if (trustProxy !== false) return;
  let isTold = false;
  server.addHook('onRequest', (request, _reply, done) => {
    if (!isTold && request.headers['x-forwarded-for'] !== undefined) {
      isTold = true;
      log.warn(
        'a request came with X-Forwarded-For and TRUST_PROXY is off: if a proxy sent it, set TRUST_PROXY, or all users share its address',
      );
    }
    done();
  });
}
