/** The report of a fault run: how many operations and faults there were, which violations were found, and how long logouts took. */
import type { Operation } from './history.js';
import type { Violation } from './history-checker.js';
import type { RoundResult } from './run.js';
import type { FaultInterval } from './schedule.js';

/** For this many leases after a fault, a logout may still wait for the faulty node, long enough for its lease to run out twice. */
const RECOVERY_LEASES = 3;
const ALLOWANCE_MS = 50;
const SHOWN = 5;
const SHOWN_OPERATIONS = 12;

type Weather = 'all nodes alive' | 'one node faulty' | 'more than that';

export class FaultReport {
  readonly #faults = new Map<string, number>();
  readonly #violations = new Map<string, number>();
  readonly #outcomes = new Map<string, number>();
  readonly #logouts: Record<Weather, number[]> = { 'all nodes alive': [], 'one node faulty': [], 'more than that': [] };
  /** Logouts slower than W and the allowance although only one node had a fault and they went to another one, grouped by the fault. */
  readonly #overLong = new Map<string, number[]>();
  #checks = 0;
  #faultCount = 0;

  add({ history, faults, violations }: RoundResult, leaseMs: number, waitMs: number): void {
    for (const { name } of faults) count(this.#faults, name);
    this.#faultCount += faults.length;
    for (const { kind } of violations) count(this.#violations, kind);
    for (const operation of history) {
      if (operation.kind === 'check') {
        this.#checks += 1;
        count(this.#outcomes, operation.outcome);
      }
      if (operation.kind === 'logout' && operation.outcome === 'done') this.#addLogout(operation, faults, leaseMs, waitMs);
    }
  }

  #addLogout({ sentAt, answeredAt, node }: Operation, faults: readonly FaultInterval[], leaseMs: number, waitMs: number): void {
    const tookMs = answeredAt - sentAt;
    const near = faults.filter(({ from, to }) => from <= answeredAt && to + RECOVERY_LEASES * leaseMs >= sentAt);
    const struck = new Set(near.map((fault) => fault.node));
    const weather = struck.size === 0 ? 'all nodes alive' : struck.size === 1 && !struck.has(null) ? 'one node faulty' : 'more than that';
    this.#logouts[weather].push(tookMs);
    if (weather !== 'one node faulty' || struck.has(node) || tookMs <= waitMs + ALLOWANCE_MS) return;
    const names = `T ${leaseMs} ms, ${near.map(({ name }) => name).join(' + ')}`;
    this.#overLong.set(names, [...(this.#overLong.get(names) ?? []), tookMs - waitMs]);
  }

  print(): string {
    const list = (counts: ReadonlyMap<string, number>) =>
      [...counts]
        .sort(([, one], [, two]) => two - one)
        .map(([name, many]) => `${many} ${name}`)
        .join(', ') || 'none';
    const share = ((100 * (this.#outcomes.get('unavailable') ?? 0)) / Math.max(this.#checks, 1)).toFixed(2);
    const latencies = Object.entries(this.#logouts).map(([weather, times]) => `  logouts, ${weather}: ${quantiles(times)}`);
    return [
      `${this.#checks} checks: ${list(this.#outcomes)} (AUTH_UNAVAILABLE ${share} %)`,
      `${this.#faultCount} faults: ${list(this.#faults)}`,
      `violations: ${list(this.#violations)}`,
      ...latencies,
      `  with one node faulty, sent to another one, longer than W + ${ALLOWANCE_MS} ms:`,
      ...[...this.#overLong].map(([name, over]) => `    ${name}: over W by ${quantiles(over)}`),
    ].join('\n');
  }
}

/** The first violations, each with the history of its session. */
export function describeViolations(
  violations: readonly Violation[],
  history: readonly Operation[],
  faults: readonly FaultInterval[],
): string {
  return violations
    .slice(0, SHOWN)
    .map(({ kind, operation }) => {
      const concerns = (each: Operation) =>
        each.sid === operation.sid ||
        (each.covered?.kind === 'session' && each.covered.sid === operation.sid) ||
        (each.covered?.kind === 'user' && each.user === operation.user);
      const before = history.filter((each) => concerns(each) && each.kind !== 'check' && each.sentAt <= operation.answeredAt);
      const checks = history.filter((each) => concerns(each) && each.kind === 'check' && each.outcome !== 'done').slice(0, SHOWN);
      const near = faults.filter(({ from, to }) => from <= operation.answeredAt && to >= operation.sentAt - 10_000);
      return [
        `${kind}: ${line(operation)}`,
        ...[...before.slice(-SHOWN_OPERATIONS), ...checks].sort((one, two) => one.sentAt - two.sentAt).map((each) => `    ${line(each)}`),
        ...near.map(({ name, node, from, to }) => `    fault ${name} ${node ?? 'database'} ${from.toFixed(0)}–${to.toFixed(0)}`),
      ].join('\n');
    })
    .join('\n');
}

function line({ kind, node, sid, sentAt, answeredAt, covered, outcome, told }: Operation): string {
  const target = covered === null ? '' : covered.kind === 'session' ? ` of ${covered.sid}` : ` of all but ${covered.but}`;
  return `${kind}${target} with ${sid} on node ${node}, ${sentAt.toFixed(1)}–${answeredAt.toFixed(1)}: ${outcome} ${told}`;
}

function quantiles(times: readonly number[]): string {
  if (times.length === 0) return 'none';
  const sorted = [...times].sort((one, two) => one - two);
  const at = (share: number) => (sorted[Math.min(Math.ceil(sorted.length * share), sorted.length) - 1] ?? sorted[0] ?? 0).toFixed(1);
  return `${times.length}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
