/** Compares two lists of times: prints their distributions and tests whether their medians differ by more than noise. */
import { quantile } from './server.js';

const ROUNDS = 2_000;
const BINS = 12;
const BAR = 30;

/** Random numbers from 0 to 1 that repeat for the same seed (mulberry32). */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A new list in random order. */
export function shuffle(list, random) {
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}

const sorted = (times) => [...times].sort((a, b) => a - b);
const medianOf = (times) => quantile(sorted(times), 0.5);

/**
 * A permutation test: if both lists have the same distribution, randomly mixed lists differ as much as the real ones.
 *
 * @returns the difference of the medians; the probability of one so large by chance; the smallest difference that the test detects (1 in
 * 100 by chance); and, for comparison, the difference of two random halves of the first list, which is noise alone
 */
export function compare(first, second, random) {
  const difference = medianOf(second) - medianOf(first);
  const all = [...first, ...second];
  const byChance = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const mixed = shuffle(all, random);
    byChance.push(Math.abs(medianOf(mixed.slice(0, first.length)) - medianOf(mixed.slice(first.length))));
  }
  const half = shuffle(first, random);
  const middle = Math.floor(half.length / 2);
  return {
    difference,
    probability: (1 + byChance.filter((other) => other >= Math.abs(difference)).length) / (1 + ROUNDS),
    found: quantile(sorted(byChance), 0.99),
    halves: medianOf(half.slice(middle)) - medianOf(half.slice(0, middle)),
  };
}

/** The quartiles and the tail in one line. */
export function describe(times) {
  const list = sorted(times);
  const at = (share) => quantile(list, share).toFixed(3);
  return `median ${at(0.5)} ms, quartiles ${at(0.25)} and ${at(0.75)}, p5 ${at(0.05)}, p95 ${at(0.95)}`;
}

/** Draws both lists side by side in the same bins. The fastest and the slowest 1 % are left out. */
export function drawHistogram(first, second) {
  const all = sorted([...first, ...second]);
  const from = quantile(all, 0.01);
  const width = (quantile(all, 0.99) - from) / BINS || 1;
  const count = (times, bin) => times.filter((time) => Math.floor((time - from) / width) === bin).length;
  const bins = Array.from({ length: BINS }, (_, bin) => [count(first, bin), count(second, bin)]);
  const most = Math.max(1, ...bins.flat());
  const bar = (howMany) => '#'.repeat(Math.round((howMany / most) * BAR)).padEnd(BAR);
  return bins
    .map(([one, other], bin) => `  ${(from + bin * width).toFixed(2).padStart(8)} ms |${bar(one)}|${bar(other)}|`.trimEnd())
    .join('\n');
}
