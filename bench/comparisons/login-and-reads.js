/** Comparison of authorized reads alone and during a flood of logins. */
import { emailOf, startContenders } from '../contenders.js';
import { contest } from '../contest.js';
import { EVERY_CORE, pin } from '../cores.js';
import { ratioOf } from '../ratios.js';
import { openReads } from '../reads.js';
import { LOGIN, PASSWORD } from '../server.js';

const AT_ONCE = 16;
const READS_PER_SECOND = 200;
const ALONE = 'reads alone';
const TOGETHER = 'reads while logins come';

export const title = 'Authorized reads while logins come';

export async function measure({ rounds, seconds, repeats }, tell, askingCore) {
  const { all, stop } = await startContenders([], { core: EVERY_CORE });
  pin(process.pid, EVERY_CORE);
  try {
    const { latchkey } = all;
    const headers = await latchkey.logIn();
    const logins = [];
    const read = () => openReads(latchkey, headers, { perSecond: READS_PER_SECOND, seconds: 2 * seconds });
    const contender = (name, what, ask) => ({ name, what, server: latchkey.server, ask, isEverywhere: true });
    const results = await contest(
      [
        contender(ALONE, `${READS_PER_SECOND} a second, whether or not those before are answered`, read),
        contender(TOGETHER, `the same, beside ${AT_ONCE} clients that log in again and again`, () => beside(latchkey, read, logins)),
      ],
      { rounds, seconds, repeats, warmUpSeconds: 1 },
      tell,
    );
    return {
      asked: '`{ me { id } }` with a token; server on every core',
      results,
      // The goal is a p99 under load of at most 1.1 times the p99 alone; the ratio is the inverse.
      ratios: [ratioOf(results, TOGETHER, ALONE, 'p99', { atLeast: 1 / 1.1 }), ratioOf(results, TOGETHER, ALONE, 'p50')],
      notes: [`Logins per second meanwhile: ${logins.map((perSecond) => perSecond.toFixed(1)).join(', ')}.`],
    };
  } finally {
    pin(process.pid, askingCore);
    await stop();
  }
}

async function beside({ post }, read, logins) {
  let isOver = false;
  let done = 0;
  const begun = performance.now();
  const clients = Array.from({ length: AT_ONCE }, async (_, index) => {
    for (let asked = index; !isOver; asked += AT_ONCE) {
      const { data } = await post(LOGIN, { email: emailOf(asked % 50), password: PASSWORD });
      if (!data?.login?.accessToken) throw new Error('a login failed');
      done += 1;
    }
  });
  const result = await read();
  logins.push(done / ((performance.now() - begun) / 1000));
  isOver = true;
  await Promise.all(clients);
  return result;
}
