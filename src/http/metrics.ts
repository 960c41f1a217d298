/** GET /metrics: what an operator's Prometheus reads. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Where the figures come from; each is asked when it is read. */
export interface Readings {
  readonly databaseOperations: () => number;
  readonly liveRevocations: () => number;
}

export function registerMetrics(server: FastifyInstance, readings: Readings): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let counted = 0;
  new Counter({
    name: 'latchkey_database_operations_total',
    help: 'Queries and transactions sent to the database since start',
    registers: [registry],
    collect() {
      this.inc(readings.databaseOperations() - counted);
      counted = readings.databaseOperations();
    },
  });
  new Gauge({
    name: 'latchkey_revocations_live',
    help: 'Blacklisted ids that a token could still carry',
    registers: [registry],
    collect() {
      this.set(readings.liveRevocations());
    },
  });
  server.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
