/** Collects the licences of bundled packages: what is published with their code must carry them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILE = /^(licen[cs]e|copying|notice)/i;
/** Some packages name the MIT licence and have no file with its text. */
const MIT = readFileSync(new URL('../LICENSE', import.meta.url), 'utf8').split(/(?=Permission is hereby granted)/)[1];

/**
 * @param modules the paths of the bundled files
 * @throws Error if a package says nothing of its licence
 */
export function licencesOf(modules) {
  const homes = new Set(modules.filter((path) => path.includes('/node_modules/')).map(homeOf));
  return [...homes].map(entryOf).sort().join('\n\n');
}

/** The folder of the nearest package with a name: packages have nameless manifests inside. */
function homeOf(path) {
  const folder = dirname(path);
  const manifest = join(folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version ? folder : homeOf(folder);
}

function entryOf(home) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${name} names no licence`);
  const texts = readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isFile() && FILE.test(entry.name))
    .map((entry) => readFileSync(join(home, entry.name), 'utf8').trim());
  if (texts.length === 0)
    texts.push(`Copyright (c) ${author?.name ?? author ?? `the authors of ${name}`}`, license === 'MIT' ? MIT.trim() : '');
  return [`=== ${name} ${version} (${license})`, ...texts].join('\n\n').trim();
}
