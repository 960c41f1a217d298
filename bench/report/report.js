/** docs/internals/benchmarks.json, which is what was found; docs/internals/benchmarks.md and the plots, which are made from it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composePage } from './page.js';
import { drawComparison } from './plot.js';

const docs = fileURLToPath(new URL('../../docs/internals/', import.meta.url));
const json = `${docs}benchmarks.json`;

/** By the names of comparisons; empty before the first run. */
export function readReport() {
  return existsSync(json) ? JSON.parse(readFileSync(json, 'utf8')) : {};
}

export function writeReport(names, report) {
  const sorted = Object.fromEntries(names.filter((name) => name in report).map((name) => [name, report[name]]));
  mkdirSync(`${docs}benchmarks`, { recursive: true });
  writeFileSync(json, `${JSON.stringify(sorted, rounded, 1)}\n`);
  for (const [name, found] of Object.entries(sorted)) writeFileSync(`${docs}benchmarks/${name}.svg`, drawComparison(found));
  writeFileSync(`${docs}benchmarks.md`, composePage(sorted));
}

/** Four digits: what lies behind them is noise. */
const rounded = (_key, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value);
