/** Ratios of two contenders, round by round, and whether they reach a goal. */
import { intervalOf, isWide, judge } from './statistics.js';

/**
 * @param results what a contest returned
 * @param figure `perSecond` (more is better) or `cpuMicros`, `p50`, `p99` (less is better); above 1 the first is better in any case
 * @param goal `{ atLeast }`, or none
 */
export function ratioOf(results, first, second, figure = 'perSecond', goal = null) {
  const [a, b] = [first, second].map((name) => results.find((result) => result.name === name));
  // Who waits for questions, or for other programs, could do more: then the work per request is compared.
  const isInstead = figure === 'perSecond' && [a, b].some((result) => (result.isUnderasked || result.isDisturbed) && result.cpuMicros > 0);
  const compared = isInstead ? 'cpuMicros' : figure;
  const roundByRound = (measure) =>
    a.rounds.map((round, index) => {
      const other = b.rounds[index];
      return measure === 'perSecond' ? round.perSecond / other.perSecond : other[measure] / round[measure];
    });
  const ratios = roundByRound(compared);
  // What a program uses hangs on its neighbours far less than what it gets done in a second.
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
