/** The server of GET /metrics, on an address of its own. So no proxy has to hide the figures, and no encoding of a path shows them. */
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import { OperatorFault } from '../lib/operator-fault.js';
import { closeConnectionsWhenStopping } from './closing.js';
import { compilersOnDemand } from './compilers-on-demand.js';
import { type Metered, registerMetrics } from './metrics.js';
import { answerBrokenRequest, answerError, refuse } from './refusals.js';
import { SECURITY_HEADERS } from './security-headers.js';

export function createMetricsServer(metered: Metered, log: Log, nextRequestId: () => string): FastifyInstance {
  const server: FastifyInstance = Fastify({
    loggerInstance: log.child({}, { level: 'warn' }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: nextRequestId,
    requestIdHeader: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    schemaController: compilersOnDemand,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: answerError,
  });
  const headers = { ...SECURITY_HEADERS, 'cache-control': 'no-store' };
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers).header('x-request-id', request.id);
    done();
  });
  closeConnectionsWhenStopping(server, log);
  server.setErrorHandler(answerError);
  server.setNotFoundHandler((_request, reply) => refuse(reply, 404, 'NOT_FOUND', 'There is only /metrics here.'));
  registerMetrics(server, metered);
  return server;
}

/** @throws OperatorFault if the address can't be listened on */
export async function listenForMetrics(
  server: FastifyInstance,
  { metricsHost: host, metricsPort: port }: Pick<Config, 'metricsHost' | 'metricsPort'>,
): Promise<void> {
  if (port === 'off') return;
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const advice = 'Set another METRICS_PORT or METRICS_HOST, or METRICS_PORT=off.';
    throw new OperatorFault(`The metrics cannot be served at ${host}:${port}.`, { advice, cause });
  }
}
