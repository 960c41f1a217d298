/** When a node counts as hearing doorbells (NOTIFY). */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { hearing } from '../../src/revocation/lease/hearing.js';

/** A doorbell whose echoes the test answers, and everything that was reported. */
function listen() {
  const asked: ((isHeard: boolean) => void)[] = [];
  const told: string[] = [];
  const echo = () => new Promise<boolean>((resolve) => asked.push(resolve));
  const ears = hearing(
    { echo },
    (isHeard) => told.push(isHeard ? 'hears' : 'lost'),
    () => told.push('deaf'),
  );
  const answer = async (isHeard: boolean) => {
    asked.shift()?.(isHeard);
    await nextTurn();
  };
  return { ears, told, answer, asked };
}

test('a connection is believed when something was heard on it, not before [R24]', async () => {
  const { ears, told, answer, asked } = listen();
  ears.connected(true);
  expect(told).toEqual([]);
  await answer(true);
  expect(told).toEqual(['hears']);
  expect(asked).toEqual([]);
  ears.connected(false);
  expect(told).toEqual(['hears', 'lost']);
});

test('one on which nothing comes back is complained of once, and tried until something does', async () => {
  const { ears, told, answer } = listen();
  ears.connected(true);
  for (const isHeard of [false, false, true]) await answer(isHeard);
  expect(told).toEqual(['deaf', 'hears']);
});

test('an echo that comes when its connection is lost, or the node has stopped, says nothing', async () => {
  const { ears, told, answer, asked } = listen();
  ears.connected(true);
  ears.connected(false);
  await answer(true);
  expect(told).toEqual(['lost']);
  ears.connected(true);
  ears.stop();
  await answer(true);
  expect(told).toEqual(['lost']);
  expect(asked).toEqual([]);
});
