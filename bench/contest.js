/** Contenders in alternating rounds: what changes on the machine meanwhile falls on all of them. */
import { busySecondsOf, canPin, cpuSecondsOf, residentMegabytesOf } from './cores.js';
import { load } from './load.js';
import { medianOf } from './statistics.js';

/** What asks has a core, and what serves has another one. */
export const ASKING_CORE = 0;
export const SERVING_CORE = 1;
/** So much of the serving core may others have in a round; if it is more, it is measured again, a few times. */
const FOREIGN = 0.05;
/** A server that used less of its core could have answered more, had it been asked faster. */
const BUSY = 0.9;

/**
 * @param contenders `{ name, server: { url, pid }, question | ask, verify }`, each ready to be asked
 * @param plan `{ rounds, seconds, warmUpSeconds, connections }`
 * @param tell is told what goes on
 * @returns for each contender its rounds, of which those with the same index were measured in turn
 */
export async function contest(contenders, { rounds, seconds, warmUpSeconds, connections }, tell) {
  const measured = contenders.map(() => []);
  const repeated = contenders.map(() => 0);
  for (const contender of contenders) {
    await contender.verify?.();
    if (warmUpSeconds > 0) await askOf(contender, connections)({ seconds: warmUpSeconds });
  }
  let repeatsLeft = 2 * rounds;
  for (let round = 0; round < rounds; round += 1) {
    // There and back: what only grows or only fades favours nobody.
    const order = [...contenders.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) {
      await contenders[index].verify?.();
      let result = await measure(contenders[index], connections, { seconds });
      while (result.foreign > FOREIGN && repeatsLeft > 0) {
        repeatsLeft -= 1;
        repeated[index] += 1;
        result = await measure(contenders[index], connections, { seconds });
      }
      measured[index].push(result);
    }
    tell(`round ${round + 1} of ${rounds}: ${measured.map((list) => rounded(list[round].perSecond)).join(', ')} a second`);
  }
  return contenders.map((contender, index) => summarize(contender, measured[index], repeated[index]));
}

async function measure(contender, connections, extent) {
  const { pid } = contender.server;
  const read = () => ({ cpu: cpuSecondsOf(pid), busy: busySecondsOf(SERVING_CORE), at: performance.now() });
  const before = read();
  const result = await askOf(contender, connections)(extent);
  const after = read();
  const cpu = after.cpu - before.cpu;
  const wall = (after.at - before.at) / 1000;
  const foreign = contender.isPinned === false || !canPin() ? 0 : Math.max(0, (after.busy - before.busy - cpu) / wall);
  return {
    ...result,
    cpuMicros: (cpu / result.count) * 1e6,
    busy: cpu / wall / (1 - (foreign || 0)),
    foreign: Number.isNaN(foreign) ? 0 : foreign,
    residentMb: residentMegabytesOf(pid),
  };
}

const rounded = (figure) => Number(figure.toPrecision(3));

function askOf({ server, question, ask }, connections) {
  return ask ?? ((extent) => load(server.url, question, connections, extent));
}

function summarize({ name, what }, rounds, repeated) {
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
    isUnderasked: canPin() && middle('busy') < BUSY,
    repeated,
    isDisturbed: middle('foreign') > FOREIGN,
  };
}
