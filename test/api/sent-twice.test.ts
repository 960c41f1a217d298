/** Every mutation with a valid input, sent twice at the same time, takes effect only once where once is right. */
import { expect, test } from 'vitest';
import { readRows } from '../support/database/stored-rows.js';
import { makeDriverYield } from '../support/database/yielding-driver.js';
import { sendMutation, tokenFor } from '../support/mutations/mutation-example.js';
import { EXAMPLES } from '../support/mutations/public-mutations.js';
import { countEvents, startWorld } from '../support/mutations/world.js';

test.each(Object.entries(EXAMPLES))('%s twice at once', async (name, { by, input, second, leaves }) => {
  makeDriverYield();
  const world = await startWorld();
  const before = countEvents(world);
  const send = () => sendMutation(world, name, input?.(world), tokenFor(world, by));
  const answers = await Promise.all([send(), send()]);
  expect(answers).toContain('ok');
  const [other] = answers.toSpliced(answers.indexOf('ok'), 1);
  expect(second).toContain(other);
  const added = Object.entries(countEvents(world)).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  const done = added.filter(([kind, count]) => count > 0 && !kind.endsWith('.failed'));
  expect(Object.fromEntries(done)).toEqual(leaves);
  const codes = readRows(
    world.app.dataDir,
    'SELECT count(*) FROM MailCode WHERE userId IS NOT NULL GROUP BY userId, purpose HAVING count(*) > 1',
  );
  expect(codes).toEqual([]);
});
