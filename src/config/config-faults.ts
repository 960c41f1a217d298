/** Finds settings that are valid one by one but wrong together. */
import type { ConfigFault } from './config-error.js';

/** The parsed settings that these checks compare. */
export interface DependentSettings {
  readonly DATABASE_URL: string | null;
  readonly LATCHKEY_SECRET: Buffer | null;
  readonly LATCHKEY_SECRET_FILE: string | null;
  readonly ACCESS_TOKEN_TTL: number;
  readonly SESSION_IDLE_TTL: number;
  readonly REFRESH_TOKEN_TTL: number;
  readonly REVOCATION_CHECK: string | null;
  readonly REDIS_URL: string | null;
  readonly PORT: number | null;
  readonly METRICS_PORT: number | 'off' | null;
}

/**
 * Finds the faults that concern right settings only: what depends on a wrong one can't be judged, and its own fault is told already.
 *
 * @param wrong the names of the settings whose values are wrong; in `settings` they have their defaults
 */
export function findFaults(settings: DependentSettings, wrong: ReadonlySet<string> = new Set()): ConfigFault[] {
  return RULES.filter(({ about }) => about.every((name) => !wrong.has(name))).flatMap(({ find }) => find(settings));
}

interface Rule {
  /** The settings that it compares. */
  readonly about: readonly (keyof DependentSettings)[];
  find(settings: DependentSettings): ConfigFault[];
}

const DEFAULT_METRICS_PORT = 9464;

const RULES: readonly Rule[] = [
  {
    about: ['PORT', 'METRICS_PORT'],
    find: ({ PORT, METRICS_PORT }) =>
      PORT === 0 || (METRICS_PORT ?? DEFAULT_METRICS_PORT) !== PORT
        ? []
        : [{ setting: 'METRICS_PORT', found: `"${PORT}"`, expected: 'another port than PORT, or "off"' }],
  },
  {
    about: ['ACCESS_TOKEN_TTL', 'SESSION_IDLE_TTL'],
    find: ({ ACCESS_TOKEN_TTL, SESSION_IDLE_TTL }) =>
      ACCESS_TOKEN_TTL <= SESSION_IDLE_TTL
        ? []
        : [{ setting: 'ACCESS_TOKEN_TTL', found: `${ACCESS_TOKEN_TTL}s`, expected: 'at most SESSION_IDLE_TTL' }],
  },
  {
    about: ['SESSION_IDLE_TTL', 'REFRESH_TOKEN_TTL'],
    find: ({ SESSION_IDLE_TTL, REFRESH_TOKEN_TTL }) =>
      SESSION_IDLE_TTL <= REFRESH_TOKEN_TTL
        ? []
        : [{ setting: 'SESSION_IDLE_TTL', found: `${SESSION_IDLE_TTL}s`, expected: 'at most REFRESH_TOKEN_TTL' }],
  },
  // Nodes on PostgreSQL must share one secret.
  {
    about: ['DATABASE_URL', 'LATCHKEY_SECRET', 'LATCHKEY_SECRET_FILE'],
    find: (settings) =>
      !isPostgresql(settings) || settings.LATCHKEY_SECRET !== null || settings.LATCHKEY_SECRET_FILE !== null
        ? []
        : [{ setting: 'LATCHKEY_SECRET', found: 'nothing', expected: SHARED_SECRET }],
  },
  // A node on PostgreSQL must not check revocations in its memory alone. SQLite has no lease.
  {
    about: ['DATABASE_URL', 'REVOCATION_CHECK'],
    find: (settings) => {
      const mode = settings.REVOCATION_CHECK;
      const expected = isPostgresql(settings) ? FOR_POSTGRESQL : FOR_SQLITE;
      const isWrong = mode === (isPostgresql(settings) ? 'memory' : 'lease');
      return isWrong ? [{ setting: 'REVOCATION_CHECK', found: JSON.stringify(mode), expected }] : [];
    },
  },
  {
    about: ['REVOCATION_CHECK', 'REDIS_URL'],
    find: ({ REVOCATION_CHECK, REDIS_URL }) =>
      REVOCATION_CHECK !== 'redis' || REDIS_URL !== null
        ? []
        : [{ setting: 'REDIS_URL', found: 'nothing', expected: 'the Redis server to check with, for REVOCATION_CHECK=redis' }],
  },
];

const SHARED_SECRET =
  'with PostgreSQL a secret, or LATCHKEY_SECRET_FILE: the same on every node, for example from: openssl rand -base64 48';
const FOR_POSTGRESQL = '"lease", "database" or "redis" with PostgreSQL: the memory of one node does not know what another has revoked';
const FOR_SQLITE = '"memory", "database" or "redis" with SQLite: there are no other nodes';

/** Finds missing settings that SMTP_URL needs. It reads the unparsed settings, so that the operator sees these faults with all others. */
export function mailFaults(given: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  if (given.SMTP_URL === undefined) return [];
  const wanted = { MAIL_FROM: 'the sender of the mails, with SMTP_URL', APP_URL: 'where the links in the mails lead, with SMTP_URL' };
  return Object.entries(wanted)
    .filter(([setting]) => given[setting] === undefined)
    .map(([setting, expected]) => ({ setting, found: 'nothing', expected }));
}

export function isPostgresql({ DATABASE_URL }: Pick<DependentSettings, 'DATABASE_URL'>): boolean {
  return DATABASE_URL?.startsWith('postgres') ?? false;
}
