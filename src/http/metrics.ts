/** The figures that an operator's Prometheus reads at GET /metrics. */
import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The sources of the figures. Each is read anew at every request of /metrics. */
export interface Readings {
  readonly databaseOperations: () => number;
  readonly liveRevocations: () => number;
  readonly waitingMails: () => number;
  readonly liveConnections: () => number;
  readonly eventFollowers: () => number;
  readonly feed: FeedReadings;
  /** Counts of audit events by kind. For an ended session the key is `session.ended` and the reason. */
  readonly events: ReadonlyMap<string, number>;
  /** Counts of refusals by the reason or code that the client got. */
  readonly denials: ReadonlyMap<string, number>;
}

/** Figures of the feed for verifiers. */
export interface FeedReadings {
  readonly verifiers: () => number;
  readonly streams: () => number;
  readonly figures: {
    /** By the name of the service credential. */
    readonly registrations: ReadonlyMap<string, number>;
    readonly renewals: number;
  };
}

/** Figures of a node that has other nodes beside it. */
export interface LeaseReadings {
  readonly figures: {
    readonly refreshes: number;
    readonly readThroughs: number;
    readonly nodes: number;
    readonly denials: ReadonlyMap<string, number>;
  };
  readonly isListening: boolean;
  readonly leaseAgeSeconds: number | null;
  readonly leaseSeconds: number | null;
}

/** Figures of the mirror in Redis, a copy of the revocations. */
export interface MirrorReadings {
  readonly isWhole: boolean;
  readonly fillings: number;
  readonly fallbacks: number;
}

const LATENCY_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60];

/** Measures how long a revocation takes until every node enforces it. */
export class RevocationLatency {
  readonly #histogram = new Histogram({
    name: 'latchkey_revocation_latency_seconds',
    help: 'From the commit of a revocation until it was in force on every node, by what made it sure',
    labelNames: ['by'],
    buckets: LATENCY_BUCKETS,
    registers: [],
  });

  observe({ by, waitedMs }: { readonly by: string; readonly waitedMs: number }): void {
    this.#histogram.observe({ by }, waitedMs / 1000);
  }

  registerIn(registry: Registry): void {
    registry.registerMetric(this.#histogram);
  }
}

export interface Metered {
  readonly readings: Readings;
  /** Null if there is only one node. */
  readonly lease: LeaseReadings | null;
  readonly latency: RevocationLatency;
  /** Null without Redis. */
  readonly mirror: MirrorReadings | null;
}

export function registerMetrics(server: FastifyInstance, { readings, lease, latency, mirror }: Metered): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { gauge, counter } = createMeters([registry]);
  counter('latchkey_database_operations_total', 'Queries and transactions sent to the database since start', readings.databaseOperations);
  gauge('latchkey_revocations_live', 'Blacklisted ids that a token could still carry', readings.liveRevocations);
  gauge('latchkey_mails_waiting', 'Mails that are not delivered yet', readings.waitingMails);
  gauge('latchkey_connections_live', 'Open WebSockets and event streams', readings.liveConnections);
  gauge('latchkey_event_followers', 'Subscriptions to the events of the core', readings.eventFollowers);
  registerEvents(registry, readings);
  registerFeed(registry, readings.feed);
  if (lease !== null) registerLease(registry, lease);
  latency.registerIn(registry);
  if (mirror !== null) registerMirror(registry, mirror);
  server.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}

/** Meters that read their source when Prometheus reads them. */
function createMeters(registers: Registry[]) {
  return {
    gauge(name: string, help: string, read: () => number) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    counter(name: string, help: string, read: () => number) {
      let counted = 0;
      new Counter({
        name,
        help,
        registers,
        collect() {
          this.inc(read() - counted);
          counted = read();
        },
      });
    },
    labelled(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>) {
      const counted = new Map<string, number>();
      new Counter({
        name,
        help,
        labelNames: [label],
        registers,
        collect() {
          for (const [value, count] of read()) {
            this.inc({ [label]: value }, count - (counted.get(value) ?? 0));
            counted.set(value, count);
          }
        },
      });
    },
  };
}

const OUTCOMES_OF_LOGINS = { 'session.started': 'succeeded', 'login.failed': 'failed', 'login.rate-limited': 'rate-limited' };
const OUTCOMES_OF_REFRESHES = { 'session.refreshed': 'succeeded', 'refresh.failed': 'failed' };
const ENDED = 'session.ended ';

function registerEvents(registry: Registry, { events, denials }: Readings): void {
  const { labelled } = createMeters([registry]);
  const renamed = (names: Readonly<Record<string, string>>) =>
    Object.entries(names).map(([kind, outcome]) => [outcome, events.get(kind) ?? 0] as const);
  labelled('latchkey_logins_total', 'Logins and registrations that began a session, and failed logins', 'outcome', () =>
    renamed(OUTCOMES_OF_LOGINS),
  );
  labelled('latchkey_refreshes_total', 'Refreshes of sessions', 'outcome', () => renamed(OUTCOMES_OF_REFRESHES));
  labelled('latchkey_sessions_ended_total', 'Sessions that were ended, by the reason: LOGOUT and the others', 'reason', () =>
    [...events].filter(([kind]) => kind.startsWith(ENDED)).map(([kind, count]) => [kind.slice(ENDED.length), count] as const),
  );
  labelled('latchkey_denials_total', 'Fields that were refused, by the reason or code that the client got', 'reason', () => denials);
}

function registerFeed(registry: Registry, { verifiers, streams, figures }: FeedReadings): void {
  const { gauge, counter, labelled } = createMeters([registry]);
  gauge('latchkey_verifiers', 'Verifiers at the last look', verifiers);
  gauge('latchkey_feed_streams', 'Verifiers that hear the bells of this node', streams);
  counter('latchkey_verifier_renewals_total', 'Leases that this node has granted to verifiers', () => figures.renewals);
  labelled(
    'latchkey_verifier_registrations_total',
    'Verifiers that have registered at this node, by the name of the service credential',
    'service',
    () => figures.registrations,
  );
}

function registerMirror(registry: Registry, mirror: MirrorReadings): void {
  const { gauge, counter } = createMeters([registry]);
  gauge('latchkey_mirror_whole', 'Whether what Redis says of revocations may be believed: 1 or 0', () => Number(mirror.isWhole));
  counter('latchkey_mirror_fillings_total', 'How often this node has written everything into Redis anew', () => mirror.fillings);
  counter('latchkey_mirror_fallbacks_total', 'Checks that the table had to answer in place of Redis', () => mirror.fallbacks);
}

function registerLease(registry: Registry, lease: LeaseReadings): void {
  const registers = [registry];
  const { figures } = lease;
  const { gauge, counter, labelled } = createMeters(registers);
  gauge('latchkey_lease_age_seconds', 'Since when the lease of this node runs; -1 while it holds none', () => lease.leaseAgeSeconds ?? -1);
  gauge('latchkey_lease_seconds', 'How long the lease of this node lasts in all; 0 while it holds none', () => lease.leaseSeconds ?? 0);
  gauge('latchkey_lease_listening', 'Whether this node hears the others: 1 or 0', () => Number(lease.isListening));
  gauge('latchkey_nodes', 'Nodes at the last look', () => figures.nodes);
  counter('latchkey_lease_refreshes_total', 'Refreshes of the lease, one statement each', () => figures.refreshes);
  counter('latchkey_lease_read_throughs_total', 'Checks that waited for a refresh', () => figures.readThroughs);
  labelled(
    'latchkey_lease_denials_total',
    'Checks that were denied because this node had no lease, by cause',
    'cause',
    () => figures.denials,
  );
}
