/** Reads and writes docs/benchmarks.json (the results), and generates docs/benchmarks.md and the plots from it. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composePage } from './page.js';
import { drawComparison } from './plot.js';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const json = `${docs}benchmarks.json`;

/** @returns the results by name of comparison; empty before the first run */
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

/** Keeps four digits: the rest is noise. */
const rounded = (_key, value) => (typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value);
