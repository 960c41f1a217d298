/** Computes the ratios of two contenders, round by round, and whether they reach a goal. */
import { intervalOf, isWide, judge } from './statistics.js';

/**
 * @param results the results of a contest
 * @param figure `perSecond` (more is better) or `cpuMicros`, `p50`, `p99` (less is better); a ratio above 1 means that the first is better
 * @param goal `{ atLeast }`, or null
 */
export function ratioOf(results, first, second, figure = 'perSecond', goal = null) {
  const [a, b] = [first, second].map((name) => results.find((result) => result.name === name));
  // A server that waited for requests or for other programs could do more: compare the CPU per request instead.
  const isInstead = figure === 'perSecond' && [a, b].some((result) => (result.isUnderasked || result.isDisturbed) && result.cpuMicros > 0);
  const compared = isInstead ? 'cpuMicros' : figure;
  const roundByRound = (measure) =>
    a.rounds.map((round, index) => {
      const other = b.rounds[index];
      return measure === 'perSecond' ? round.perSecond / other.perSecond : other[measure] / round[measure];
    });
  const ratios = roundByRound(compared);
  // Other programs affect the CPU time per request far less than the requests per second.
  const isDisturbed = compared !== 'cpuMicros' && (a.isDisturbed || b.isDisturbed);
  const interval = intervalOf(ratios);
  return {
    of: first,
    against: second,
    figure: compared,
    isInstead,
    ratios,
    ...interval,
    isWide: isWide(interval),
    byCpu: intervalOf(roundByRound('cpuMicros')),
    isDisturbed,
    goal,
    verdict: goal === null ? null : isDisturbed ? 'disturbed' : judge(interval, goal),
  };
}
