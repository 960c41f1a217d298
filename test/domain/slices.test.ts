/** Long synchronous work is cut into slices, so that other work can run in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSlices } from '../../src/lib/queue.js';

test('so many steps are made in one turn of the event loop, whoever makes them', async () => {
  const nextSlice = createSlices(8);
  const byTurn: number[] = [0];
  let left = 500;
  const work = async () => {
    for (let step = 0; step < 5; step += 1) {
      await nextSlice();
      byTurn[byTurn.length - 1] = (byTurn.at(-1) ?? 0) + 1;
      left -= 1;
    }
  };
  const all = Promise.all(Array.from({ length: 100 }, work));
  while (left > 0) {
    await nextTurn();
    byTurn.push(0);
  }
  await all;
  expect(byTurn.reduce((sum, steps) => sum + steps)).toBe(500);
  // One turn here may see the end of one slice and the whole of the next.
  expect(Math.max(...byTurn)).toBeLessThanOrEqual(16);
});
