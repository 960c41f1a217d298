/** Pins processes to cores and reads CPU times, so that server and client do not disturb each other and other load is noticed. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** The unit of the CPU counters in /proc: 100 ticks a second wherever Node runs on Linux. */
const TICKS_PER_SECOND = 100;

let isPinnable;

/** Whether the system can pin a process to a core. */
export function canPin() {
  isPinnable ??= cpus().length > 1 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;
  return isPinnable;
}

/** All cores, for measurements that use the whole machine as users do. */
export const EVERY_CORE = `0-${cpus().length - 1}`;

/** The command that starts Node on given cores. With null, or if the system can't pin, the system chooses the core. */
export function commandOn(core) {
  return core === null || !canPin() ? [process.execPath] : ['taskset', '-c', String(core), process.execPath];
}

/** Pins a process with all its threads to a core. */
export function pin(pid, core) {
  return spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** The CPU seconds of a process with all its threads; NaN if the system does not report them. */
export function cpuSecondsOf(pid) {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** The seconds that a core was busy, including time stolen by other virtual machines; the sum of all cores for an empty name. NaN if unknown. */
export function busySecondsOf(core) {
  const [user, nice, system, , , , , steal] = (new RegExp(`^cpu${core} +(.*)$`, 'm').exec(read('/proc/stat'))?.[1] ?? '')
    .split(' ')
    .map(Number);
  return (user + nice + system + steal) / TICKS_PER_SECOND;
}

/** The resident megabytes of a process; NaN if the system does not report them. */
export function residentMegabytesOf(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]) / 1024;
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
