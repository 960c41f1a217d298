/** Describes the machine of a measurement. */
import { cpus, loadavg, totalmem } from 'node:os';
import { canPin } from './cores.js';

export function describeMachine() {
  const [first, ...others] = cpus();
  return {
    processor: first.model.trim(),
    cores: others.length + 1,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    isPinned: canPin(),
    loadBefore: Number(loadavg()[0].toFixed(2)),
  };
}
