/** Comparison by number of `@Authorized` fields in one query. */
import { asking, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { ratioOf } from '../ratios.js';

const COUNTS = [1, 10, 100];

export const title = 'Growth with @Authorized fields';

const label = (count, kind) => `${count} ${kind} ${count === 1 ? 'field' : 'fields'}`;

export async function measure(plan, tell) {
  const { all, stop } = await startContenders([]);
  try {
    const contenders = [];
    for (const count of COUNTS) {
      for (const [kind, prefix] of [
        ['@Authorized', 'own'],
        ['public', 'public'],
      ]) {
        const names = Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
        const data = Object.fromEntries(names.map((name) => [name, 'nobody']));
        const isPublic = kind === 'public';
        const options = { name: label(count, kind), isPublic, withToken: true };
        contenders.push(await asking(all.latchkey, `{ ${names.join(' ')} }`, data, options));
      }
    }
    const results = await contest(contenders, plan, tell);
    return {
      asked: 'queries with different numbers of fields that Latchkey answers from memory, all with the same token',
      results,
      ratios: COUNTS.map((count) =>
        ratioOf(results, label(count, '@Authorized'), label(count, 'public'), 'perSecond', count === 100 ? { atLeast: 0.95 } : null),
      ),
    };
  } finally {
    await stop();
  }
}
