/** What several rounds allow to say: the middle, the interval in which the true middle lies, and whether a goal is met. */
import { quantile } from './server.js';

const CONFIDENCE = 0.95;
/** Rounds further apart than this tell that something else was going on. */
const WIDE = 1.3;

export const medianOf = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
};

/**
 * The interval between two of the rounds that holds the true median, by order statistics: nothing is assumed of how rounds scatter.
 *
 * @returns with how many rounds there are, how sure that is: of 6 rounds the lowest and the highest hold it in 97 of 100 cases
 */
export function intervalOf(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const n = sorted.length;
  let cut = 0;
  while (coverage(n, cut + 1) >= CONFIDENCE) cut += 1;
  return { median: medianOf(sorted), low: sorted[cut], high: sorted[n - 1 - cut], confidence: coverage(n, cut) };
}

/** How likely it is that as many rounds, cut by so many at either end, lie around the median. */
function coverage(n, cut) {
  if (2 * cut >= n) return 0;
  let outside = 0;
  let choices = 1;
  for (let k = 0; k <= cut; k += 1) {
    outside += choices;
    choices = (choices * (n - k)) / (k + 1);
  }
  return 1 - (2 * outside) / 2 ** n;
}

/**
 * @param goal `{ atLeast }` or `{ atMost }`
 * @returns 'met', 'missed', or 'open' when the goal lies where the rounds disagree
 */
export function judge({ low, high }, goal) {
  if (goal.atLeast !== undefined) return low >= goal.atLeast ? 'met' : high < goal.atLeast ? 'missed' : 'open';
  return high <= goal.atMost ? 'met' : low > goal.atMost ? 'missed' : 'open';
}

/** Whether the rounds are so far apart that the middle says little. */
export const isWide = ({ low, high }) => high / low > WIDE;

export { quantile };
