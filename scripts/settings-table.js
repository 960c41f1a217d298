/** The tables of docs/settings.md, made from src/config/settings.ts: prints them; --write puts them in place; --check fails when they are stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { settingsTables } from '../dist/config/settings-table.js';

const path = fileURLToPath(new URL('../docs/settings.md', import.meta.url));
/** Everything below this line is written here. */
const MARK = /^(<!-- `npm run docs` writes .*-->\n)[\s\S]*/m;

const tables = settingsTables();
const page = readFileSync(path, 'utf8');
if (process.argv.includes('--write') || process.argv.includes('--check')) {
  if (!MARK.test(page)) fail('docs/settings.md has no line that begins with "<!-- `npm run docs` writes"');
  const renewed = page.replace(MARK, (_, mark) => `${mark}\n${tables}`);
  if (process.argv.includes('--write')) writeFileSync(path, renewed);
  else if (renewed !== page) fail('The tables of docs/settings.md are stale: run `npm run docs`');
} else {
  process.stdout.write(tables);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
