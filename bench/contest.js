/** Measures contenders in alternating rounds, so that changes of the machine affect all of them. */
import { cpus } from 'node:os';
import { busySecondsOf, canPin, cpuSecondsOf, residentMegabytesOf } from './cores.js';
import { load } from './load.js';
import { medianOf } from './statistics.js';

/** The load generator and the server have one core each. */
export const ASKING_CORE = 0;
export const SERVING_CORE = 1;
/** The share of the serving core that other programs may use in a round; above it the round is measured again, a few times. */
export const FOREIGN = 0.05;
/** If the load generator used more than this share of its core and the server less, the server could have answered more. */
const BUSY = 0.9;

/**
 * @param contenders `{ name, what, server: { url, pid }, question | ask, verify, isEverywhere }`, already started; `isEverywhere` means that
 *   the server is not pinned to one core
 * @param plan `{ rounds, seconds, warmUpSeconds, connections, repeats }`; `repeats` limits the repetitions of disturbed rounds
 * @param tell gets lines about the progress
 * @returns for each contender its rounds; rounds with the same index were measured one after another
 */
export async function contest(contenders, { rounds, seconds, warmUpSeconds, connections, repeats = rounds }, tell) {
  const measured = contenders.map(() => []);
  const repeated = contenders.map(() => 0);
  for (const contender of contenders) {
    if (warmUpSeconds > 0) await askOf(contender, connections)({ seconds: warmUpSeconds });
  }
  let repeatsLeft = repeats;
  for (let round = 0; round < rounds; round += 1) {
    // Every second round runs in reverse order, so that a steady drift of the machine favours no contender.
    const order = [...contenders.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      const once = () => measure(contenders[index], connections, { seconds });
      let result = await once();
      while (result.foreign > FOREIGN && repeatsLeft > 0) {
        repeatsLeft -= 1;
        repeated[index] += 1;
        result = await once();
      }
      measured[index].push(result);
    }
    tell(`round ${round + 1} of ${rounds}: ${measured.map((list) => rounded(list[round].perSecond)).join(', ')} a second`);
  }
  return contenders.map((contender, index) => summarize(contender, measured[index], repeated[index]));
}

async function measure(contender, connections, extent) {
  await contender.verify?.();
  const { pid } = contender.server;
  const read = () => ({
    cpu: cpuSecondsOf(pid),
    asker: cpuSecondsOf(process.pid),
    serving: busySecondsOf(SERVING_CORE),
    asking: busySecondsOf(ASKING_CORE),
    all: busySecondsOf(''),
    at: performance.now(),
  });
  const before = read();
  const result = await askOf(contender, connections)(extent);
  const after = read();
  const used = (figure) => after[figure] - before[figure];
  const wall = used('at') / 1000;
  const shareOf = (seconds) => Math.max(0, seconds / wall) || 0;
  const foreignTo = (core, own) => (canPin() ? shareOf(used(core) - used(own)) : 0);
  const everywhere = shareOf(used('all') - used('cpu') - used('asker')) / cpus().length;
  const foreign = contender.isEverywhere ? everywhere : foreignTo('serving', 'cpu');
  const foreignToAsker = foreignTo('asking', 'asker');
  const busy = used('cpu') / wall / (1 - foreign);
  return {
    ...result,
    cpuMicros: (used('cpu') / result.count) * 1e6,
    busy,
    askerBusy: used('asker') / wall / (1 - foreignToAsker),
    // If the server had idle time, programs on the core of the load generator have disturbed the round too.
    foreign: busy < BUSY && !contender.isEverywhere ? Math.max(foreign, foreignToAsker) : foreign,
    residentMb: residentMegabytesOf(pid),
  };
}

const rounded = (figure) => Number(figure.toPrecision(3));

function askOf({ server, question, ask }, connections) {
  return ask ?? ((extent) => load(server.url, question, connections, extent));
}

function summarize({ name, what, isEverywhere = false }, rounds, repeated) {
  const middle = (figure) => medianOf(rounds.map((round) => round[figure]));
  return {
    name,
    what,
    rounds: rounds.map(({ perSecond, p50, p99, cpuMicros, foreign }) => ({ perSecond, p50, p99, cpuMicros, foreign })),
    perSecond: middle('perSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    cpuMicros: middle('cpuMicros'),
    residentMb: rounds.at(-1).residentMb,
    busy: middle('busy'),
    /** The server waited for requests: its CPU per request says more than its requests per second. */
    isUnderasked: canPin() && !isEverywhere && middle('busy') < BUSY && middle('askerBusy') > BUSY,
    repeated,
    isDisturbed: middle('foreign') > FOREIGN,
    isEverywhere,
  };
}
