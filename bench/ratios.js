/** Ratios of two contenders, round by round, and whether they reach a goal. */
import { intervalOf, isWide, judge } from './statistics.js';

/**
 * @param results what a contest returned
 * @param figure `perSecond` (more is better) or `cpuMicros`, `p50`, `p99` (less is better); above 1 the first is better in any case
 * @param goal `{ atLeast }`, or none
 */
export function ratioOf(results, first, second, figure = 'perSecond', goal = null) {
  const [a, b] = [first, second].map((name) => results.find((result) => result.name === name));
  // Who waits for questions could do more: then the work per request is compared.
  const byCpu = figure === 'perSecond' && (a.isUnderasked || b.isUnderasked);
  const compared = byCpu ? 'cpuMicros' : figure;
  const ratios = a.rounds.map((round, index) => {
    const other = b.rounds[index];
    return compared === 'perSecond' ? round.perSecond / other.perSecond : other[compared] / round[compared];
  });
  const interval = intervalOf(ratios);
  return {
    of: first,
    against: second,
    figure: compared,
    isInstead: byCpu,
    ratios,
    ...interval,
    isWide: isWide(interval),
    goal,
    verdict: goal === null ? null : judge(interval, goal),
  };
}
