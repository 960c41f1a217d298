/** The table of settings in README.md, made from src/config/config.ts: prints it; --write puts it in place; --check fails when it is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SETTINGS } from '../dist/config/config.js';

const path = fileURLToPath(new URL('../README.md', import.meta.url));
const TABLE = /^\| name \| default \| meaning \|\n(?:\|.*\n)+/m;

/** A default that is a value stands in code, one that is said in words does not. */
const fallbackOf = ({ fallback }) => (fallback.includes(' ') || fallback === 'none' ? fallback : `\`${fallback}\``);
const rows = SETTINGS.map((setting) => `| \`${setting.name}\` | ${fallbackOf(setting)} | ${setting.meaning} |`);
const table = ['| name | default | meaning |', '|---|---|---|', ...rows, ''].join('\n');

const page = readFileSync(path, 'utf8');
if (process.argv.includes('--write') || process.argv.includes('--check')) {
  if (!TABLE.test(page)) fail('README.md has no table that begins with "| name | default | meaning |"');
  const renewed = page.replace(TABLE, () => table);
  if (process.argv.includes('--write')) writeFileSync(path, renewed);
  else if (renewed !== page) fail('The table of settings in README.md is stale: run `npm run docs`');
} else {
  process.stdout.write(table);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
