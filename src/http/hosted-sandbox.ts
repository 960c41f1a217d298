/**
 * Lets the Sandbox that Apollo hosts (https://studio.apollographql.com/sandbox) call this server from its own origin. It gets no cookie
 * and can't use cookie mode, so it can do what any program on the user's machine can do, and no more.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import { COOKIE_MODE_HEADER } from './refresh-cookie.js';

type Settings = Pick<Config, 'explorer' | 'host' | 'trustProxy' | 'corsOrigins'>;

const HOSTED_SANDBOX = 'https://studio.apollographql.com';

const LOOPBACK = /^(localhost|127\.[\d.]+|::1)$/;

const GRAPHQL = /^\/graphql\/?(\?|$)/;

/** No `access-control-allow-credentials`: a browser then sends no cookie and stores none. */
const ANSWER_HEADERS = {
  'access-control-allow-origin': HOSTED_SANDBOX,
  'access-control-expose-headers': 'x-request-id',
  vary: 'Origin',
} as const;

const PREFLIGHT_HEADERS = {
  'access-control-allow-methods': 'GET, POST',
  'access-control-max-age': '600',
  'content-length': '0',
} as const;

/** RFC 9110, section 5.6.2: the characters of a header name. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** The origins whose pages may open WebSockets and event streams. No stream reads the cookie, so Apollo's hosted Sandbox may be one. */
export function streamOriginsOf(settings: Settings): readonly string[] {
  return isAdmitted(settings) ? [...settings.corsOrigins, HOSTED_SANDBOX] : settings.corsOrigins;
}

/**
 * Admits the hosted Sandbox if the operator chose Sandbox, or if only this machine can reach the server. A server behind a proxy listens
 * on loopback too, so it needs the operator's choice.
 */
function isAdmitted({ explorer, host, trustProxy }: Settings): boolean {
  return explorer === 'sandbox' || (explorer === 'graphiql' && LOOPBACK.test(host) && trustProxy === false);
}

/** Answers the preflights of the hosted Sandbox, or logs once which setting it needs. Register it before other CORS rules. */
export function admitHostedSandbox(server: FastifyInstance, settings: Settings, log: Log): void {
  // If the operator has listed the origin, the rules of the list apply.
  if (settings.corsOrigins.includes(HOSTED_SANDBOX)) return;
  const admits = isAdmitted(settings);
  let isTold = false;
  server.addHook('onRequest', (request, reply, done) => {
    const isHosted = request.headers.origin === HOSTED_SANDBOX && GRAPHQL.test(request.url);
    if (isHosted && !admits && !isTold) {
      isTold = true;
      log.warn("Apollo's hosted Sandbox asked and was refused: to allow it, set EXPLORER=sandbox (which needs INTROSPECTION=on)");
    }
    if (isHosted && admits) reply.headers(ANSWER_HEADERS);
    if (isHosted && admits && isPreflight(request)) answerPreflight(request, reply);
    else done();
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Allows whatever headers the user has typed into Sandbox, but not cookie mode. */
function answerPreflight({ headers }: FastifyRequest, reply: FastifyReply): void {
  const asked = (headers['access-control-request-headers'] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const allowed = asked.filter((name) => HEADER_NAME.test(name) && name !== COOKIE_MODE_HEADER);
  reply.code(204).headers({ ...PREFLIGHT_HEADERS, 'access-control-allow-headers': allowed.join(', ') });
  reply.send();
}
