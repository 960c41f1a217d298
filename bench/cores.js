/** Cores and what runs on them: what serves and what asks must not be in each other's way, and a third must be seen. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A tick of the system's counters; 100 a second wherever Node runs on Linux. */
const TICKS_PER_SECOND = 100;

let isPinnable;

/** Whether the system can put a process on a core. */
export function canPin() {
  isPinnable ??= cpus().length > 1 && spawnSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' }).status === 0;
  return isPinnable;
}

/** All cores, for what is measured as it runs at its users'. */
export const EVERY_CORE = `0-${cpus().length - 1}`;

/** How Node is started on a core, or on several; with null, or where the system can't, wherever it likes. */
export function commandOn(core) {
  return core === null || !canPin() ? [process.execPath] : ['taskset', '-c', String(core), process.execPath];
}

/** Puts a process, with all its threads, on a core. */
export function pin(pid, core) {
  return spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' }).status === 0;
}

/** Seconds of processor that a process has used, all its threads together; NaN where the system does not tell. */
export function cpuSecondsOf(pid) {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that a core, or with an empty name all of them together, was busy for some program, or for another machine on the same hardware; NaN where the system does not tell. */
export function busySecondsOf(core) {
  const [user, nice, system, , , , , steal] = (new RegExp(`^cpu${core} +(.*)$`, 'm').exec(read('/proc/stat'))?.[1] ?? '')
    .split(' ')
    .map(Number);
  return (user + nice + system + steal) / TICKS_PER_SECOND;
}

/** Megabytes of a process that are in memory; NaN where the system does not tell. */
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
