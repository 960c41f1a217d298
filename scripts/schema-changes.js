/** Compares schema.graphql with the last release and fails if it would break a front end of that release. --write makes it the released one. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ChangeType, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const isOption = (word) => word.startsWith('--');
const [folder = fileURLToPath(new URL('../', import.meta.url))] = process.argv.slice(2).filter((word) => !isOption(word));
const read = (path) => readFileSync(join(folder, path), 'utf8');

const RELEASED = 'scripts/released-schema.graphql';
const OPENING = /^# The public API of Latchkey (\d+\.\d+\.\d+), .*\n/;

/** A changed default breaks clients that omit the value: for example, their logout would end other sessions. */
const CHANGED_DEFAULTS = [ChangeType.FieldArgumentDefaultChanged, ChangeType.InputFieldDefaultValueChanged];

const ADVICE = `Add instead of changing: a new field, argument or value beside the old one, and the old one marked with @deprecated.
If it has to break, raise the major version in package.json (below 1.0.0: the minor one).`;

const { version } = JSON.parse(read('package.json'));
const schema = read('schema.graphql');

if (process.argv.includes('--write')) {
  const opening = `# The public API of Latchkey ${version}, which later releases may not break. Written by \`npm run schema:released\`, never edited.\n`;
  writeFileSync(join(folder, RELEASED), `${opening}${schema.replace(/^#.*\n/, '')}`);
} else {
  await check(read(RELEASED));
}

async function check(released) {
  const [, since] = OPENING.exec(released) ?? fail([`${RELEASED} does not say of which version it is`]);
  const changes = await diff(buildSchema(released), buildSchema(schema));
  const breaks = changes
    .filter(({ criticality, type }) => criticality.level === CriticalityLevel.Breaking || CHANGED_DEFAULTS.includes(type))
    .map(({ path, message }) => `  ${path}: ${message}`);
  if (breaks.length === 0) return;
  if (mayBreak(since, version)) console.log([`What ${version} breaks of ${since}, for CHANGELOG.md:`, ...breaks].join('\n'));
  else fail([`schema.graphql breaks front ends that were written for ${since}:`, ...breaks, ADVICE]);
}

/** Semantic versioning: below 1.0.0 the minor version marks a breaking change. */
function mayBreak(from, to) {
  const [[major, minor], [nextMajor, nextMinor]] = [from, to].map((text) => text.split('.').map(Number));
  return nextMajor > major || (nextMajor === 0 && nextMinor > minor);
}

function fail(lines) {
  console.error(lines.join('\n'));
  process.exit(1);
}
