/** Contenders in alternating rounds: what changes on the machine meanwhile falls on all of them. */
import { cpus } from 'node:os';
import { busySecondsOf, canPin, cpuSecondsOf, residentMegabytesOf } from './cores.js';
import { load } from './load.js';
import { medianOf } from './statistics.js';

/** What asks has a core, and what serves has another one. */
export const ASKING_CORE = 0;
export const SERVING_CORE = 1;
/** So much of the serving core may others have in a round; if it is more, it is measured again, a few times. */
export const FOREIGN = 0.05;
/** A server that used less of its core, while what asks used so much of its own, could have answered more. */
const BUSY = 0.9;

/**
 * @param contenders `{ name, what, server: { url, pid }, question | ask, verify, isEverywhere }`, each ready to be asked; `isEverywhere` when
 *   it is on every core
 * @param plan `{ rounds, seconds, warmUpSeconds, connections, repeats }`, the last of disturbed rounds
 * @param tell is told what goes on
 * @returns for each contender its rounds, of which those with the same index were measured in turn
 */
export async function contest(contenders, { rounds, seconds, warmUpSeconds, connections, repeats = rounds }, tell) {
  const measured = contenders.map(() => []);
  const repeated = contenders.map(() => 0);
  for (const contender of contenders) {
    if (warmUpSeconds > 0) await askOf(contender, connections)({ seconds: warmUpSeconds });
  }
  let repeatsLeft = repeats;
  for (let round = 0; round < rounds; round += 1) {
    // There and back: what only grows or only fades favours nobody.
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
    // Who keeps the asker from asking matters where the server has nothing to do meanwhile.
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
    /** The server waited for questions: its CPU per request tells more than its requests per second. */
    isUnderasked: canPin() && !isEverywhere && middle('busy') < BUSY && middle('askerBusy') > BUSY,
    repeated,
    isDisturbed: middle('foreign') > FOREIGN,
    isEverywhere,
  };
}
