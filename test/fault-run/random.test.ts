/**
 * Runs three server processes on PostgreSQL under random faults, and checks the history of their clients. FAULT_MINUTES sets the duration
 * (default: under a minute), FAULT_SEED repeats the choice of faults.
 */
import { expect, test } from 'vitest';
import { startPostgresql } from '../support/postgresql/postgresql-server.js';
import { describeViolations, FaultReport } from './report.js';
import { type Round, runRound, waitMsOf } from './run.js';

const MINUTES = Number(process.env.FAULT_MINUTES ?? 0);
const SEED = Number(process.env.FAULT_SEED ?? Date.now() % 1_000_000);
/** As much as two cores can do. A long run sends more, because fewer other tests run beside it. */
const RATES = { checksPerSecond: MINUTES === 0 ? 150 : 600, logoutsPerSecond: 6 };

/** The modes of a lease, each with its longest T. */
const MODES: readonly Pick<Round, 'settings' | 'leaseMs'>[] = [
  { leaseMs: 2_000, settings: [{}, {}, {}] },
  { leaseMs: 300, settings: Array.from({ length: 3 }, () => ({ DOORBELL: 'off' })) },
  { leaseMs: 1_000, settings: [{ LEASE: '1s' }, { LEASE: '500ms' }, { DOORBELL: 'off' }] },
];
const SHORT_SECONDS = [22, 8];
/** The length of one round of a long run; after each round all nodes restart and every session is checked. */
const LONG_SECONDS = 90;
/** Slack for the start, the end and a busy machine. */
const SLACK_MS = 600_000;

const seconds =
  MINUTES === 0 ? SHORT_SECONDS : Array.from({ length: Math.max(1, Math.round((MINUTES * 60) / LONG_SECONDS)) }, () => LONG_SECONDS);

test(`no node accepts what was logged out, and none refuses what was not, under faults with seed ${SEED} [R4] [R14] [R21] [R22]`, {
  timeout: MINUTES * 120_000 + SLACK_MS,
}, async () => {
  const server = await startPostgresql();
  const report = new FaultReport();
  for (const [index, each] of seconds.entries()) {
    const mode = MODES[index % MODES.length] as (typeof MODES)[number];
    const round = { ...mode, seed: SEED + index, seconds: each, rates: RATES, services: 2 };
    const result = await runRound(server, round);
    report.add(result, round.leaseMs, waitMsOf(round.leaseMs));
    console.log(`fault run, seed ${SEED}, round ${index + 1} of ${seconds.length}\n${report.print()}`);
    expect(describeViolations(result.violations, result.history, result.faults)).toBe('');
  }
});
