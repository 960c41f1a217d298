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

export function findFaults(settings: DependentSettings): ConfigFault[] {
  return [...portFaults(settings), ...lifetimeFaults(settings), ...postgresqlFaults(settings), ...redisFaults(settings)];
}

const DEFAULT_METRICS_PORT = 9464;

function portFaults({ PORT, METRICS_PORT }: DependentSettings): ConfigFault[] {
  if (PORT === 0 || (METRICS_PORT ?? DEFAULT_METRICS_PORT) !== PORT) return [];
  return [{ setting: 'METRICS_PORT', found: `"${PORT}"`, expected: 'another port than PORT, or "off"' }];
}

function redisFaults({ REVOCATION_CHECK, REDIS_URL }: DependentSettings): ConfigFault[] {
  if (REVOCATION_CHECK !== 'redis' || REDIS_URL !== null) return [];
  return [{ setting: 'REDIS_URL', found: 'nothing', expected: 'the Redis server to check with, for REVOCATION_CHECK=redis' }];
}

function lifetimeFaults(settings: DependentSettings): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (settings.ACCESS_TOKEN_TTL > settings.SESSION_IDLE_TTL) {
    faults.push({ setting: 'ACCESS_TOKEN_TTL', found: `${settings.ACCESS_TOKEN_TTL}s`, expected: 'at most SESSION_IDLE_TTL' });
  }
  if (settings.SESSION_IDLE_TTL > settings.REFRESH_TOKEN_TTL) {
    faults.push({ setting: 'SESSION_IDLE_TTL', found: `${settings.SESSION_IDLE_TTL}s`, expected: 'at most REFRESH_TOKEN_TTL' });
  }
  return faults;
}

/** Finds missing settings that SMTP_URL needs. It reads the unparsed settings, so that the operator sees these faults with all others. */
export function mailFaults(given: Readonly<Record<string, string | undefined>>): ConfigFault[] {
  if (given.SMTP_URL === undefined) return [];
  const wanted = { MAIL_FROM: 'the sender of the mails, with SMTP_URL', APP_URL: 'where the links in the mails lead, with SMTP_URL' };
  return Object.entries(wanted)
    .filter(([setting]) => given[setting] === undefined)
    .map(([setting, expected]) => ({ setting, found: 'nothing', expected }));
}

/** Nodes on PostgreSQL must share one secret, and a node must not check revocations in its memory alone. SQLite has no lease. */
function postgresqlFaults(settings: DependentSettings): ConfigFault[] {
  if (!isPostgresql(settings)) {
    const expected = '"memory", "database" or "redis" with SQLite: there are no other nodes';
    return settings.REVOCATION_CHECK === 'lease' ? [{ setting: 'REVOCATION_CHECK', found: '"lease"', expected }] : [];
  }
  const faults: ConfigFault[] = [];
  if (settings.LATCHKEY_SECRET === null && settings.LATCHKEY_SECRET_FILE === null) {
    const expected = 'with PostgreSQL a secret, or LATCHKEY_SECRET_FILE: the same on every node, for example from: openssl rand -base64 48';
    faults.push({ setting: 'LATCHKEY_SECRET', found: 'nothing', expected });
  }
  if (settings.REVOCATION_CHECK === 'memory') {
    const expected = '"lease", "database" or "redis" with PostgreSQL: the memory of one node does not know what another has revoked';
    faults.push({ setting: 'REVOCATION_CHECK', found: '"memory"', expected });
  }
  return faults;
}

export function isPostgresql({ DATABASE_URL }: Pick<DependentSettings, 'DATABASE_URL'>): boolean {
  return DATABASE_URL?.startsWith('postgres') ?? false;
}
