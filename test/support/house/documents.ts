/** Extracts what the documents must share with the code: kinds of events, named files and tests, lifetimes, public operations. */
import { parseSync } from 'oxc-parser';
import type { DocumentedSetting } from '../../../src/config/settings-table.js';
import { type Node, type Sources, visit } from './sources.js';

/** The cells of every row of every table of a page, headings included. */
export function rowsIn(page: string): string[][] {
  return [...page.matchAll(/^\| (.*) \|$/gm)].map(([, row]) => (row as string).split(' | ').map((cell) => cell.trim()));
}

/** The names written as code in the first cell of each row, alone or among others. */
export function namesIn(page: string): string[] {
  return rowsIn(page).flatMap(([first = '']) => codesIn(first));
}

function codesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
}

/** Unknown words among those written as code in the second cell of each three-cell row. */
export function unknownNames(page: string, known: ReadonlySet<string>): string[] {
  const cells = rowsIn(page).flatMap((row) => (row.length === 3 ? [row[1] ?? ''] : []));
  const words = cells.flatMap(codesIn).flatMap((code) => code.replace(/"[^"]*"/g, '').match(/[A-Za-z][\w-]*/g) ?? []);
  return [...new Set(words)].filter((word) => !known.has(word));
}

/** Files that a page names but that do not exist, and titles in “quotation marks” that are missing from the file named before them. */
export function missingPlaces(page: string, readPlace: (path: string) => string | null): string[] {
  return [...page.matchAll(/`((?:src|test|bench)\/[\w./-]+)`(?: “([^”]+)”)?/g)].flatMap(([, path = '', title]) => {
    const text = readPlace(path);
    if (text === null) return [path];
    return title === undefined || text.includes(title) ? [] : [`${path} “${title}”`];
  });
}

const JUDGEMENTS = ['met', 'not met by default', 'not met', 'not applicable'];

/** @param counts how many requirements each section of the standard has */
export function judgementFaults(page: string, counts: Readonly<Record<string, number>>): string[] {
  const judged = new Map(rowsIn(page).flatMap(([id = '', , , judgement = '']) => (/^\d+\.\d+\.\d+$/.test(id) ? [[id, judgement]] : [])));
  const asked = Object.entries(counts).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  );
  const tally = (chapter: string) =>
    JUDGEMENTS.map((word) => [...judged].filter(([id, found]) => id.startsWith(chapter) && plain(found) === word).length);
  const summary = rowsIn(page).filter(([first = '']) => /^V\d+ /.test(first));
  return [
    ...asked.filter((id) => !judged.has(id)).map((id) => `${id} is left out`),
    ...[...judged.keys()].filter((id) => !asked.includes(id)).map((id) => `${id} is no row`),
    ...[...judged].filter(([, found]) => !JUDGEMENTS.includes(plain(found))).map(([id, found]) => `${id}: ${found}`),
    ...summary.flatMap(([chapter = '', ...told]) => {
      const counted = tally(`${chapter.slice(1, chapter.indexOf(' '))}.`);
      return counted.join() === told.join() ? [] : [`${chapter}: ${counted.join(' ')}`];
    }),
  ];
}

const plain = (cell: string) => cell.replaceAll('*', '');

const UNITS: Readonly<Record<string, string>> = { s: 'second', m: 'minute', h: 'hour', d: 'day' };

/** A duration such as `15m` as a document writes it, in Markdown. */
function sayFallback(fallback: string): string {
  const [, count = '', unit = ''] = /^`(\d+)([smhd]?)`$/.exec(fallback) ?? [];
  return unit === '' ? count : `${count} ${UNITS[unit]}${count === '1' ? '' : 's'}`;
}

/** Settings that are a duration, or a number of attempts within one. */
const TIMED = /_(TTL|TOLERANCE|RETENTION|ATTEMPTS)$/;

/** Settings of this kind that no row lists with their default, and constants missing from the file that their row names. */
export function lifetimeFaults(
  page: string,
  settings: readonly Pick<DocumentedSetting, 'name' | 'fallback'>[],
  readPlace: (path: string) => string | null,
): string[] {
  const rows = rowsIn(page).map((row) => ({ text: row.join(' | '), codes: row.flatMap(codesIn) }));
  const isSetting = (code: string) => settings.some(({ name }) => name === code);
  const untold = settings
    .filter(({ name }) => TIMED.test(name))
    .filter(({ name, fallback }) => !rows.some(({ codes, text }) => codes.includes(name) && text.includes(sayFallback(fallback))));
  const strange = rows.flatMap(({ codes }) => {
    const places = codes.filter((code) => code.startsWith('src/'));
    const constants = codes.filter((code) => /^[A-Z]+(_[A-Z]+)+$/.test(code) && !isSetting(code));
    return places.length === 0 ? [] : constants.filter((name) => !places.some((path) => readPlace(path)?.includes(name)));
  });
  return [...untold.map(({ name, fallback }) => `${name}: ${sayFallback(fallback)}`), ...strange];
}

/** Operations of resolver classes that need no login. */
export function publicOperationsIn(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([path, text]) => {
    const found: string[] = [];
    visit(parseSync(path, text).program, (node) => {
      if (node.type === 'ClassDeclaration' && !isDecorated(node, 'Authorized')) found.push(...operationsOf(node));
    });
    return found;
  });
}

function operationsOf(node: Node): string[] {
  const methods: Node[] = node.body.body.filter((member: Node) => isDecorated(member, 'Query', 'Mutation', 'Subscription'));
  return methods.filter((member) => !isDecorated(member, 'Authorized')).map((member) => String(member.key.name));
}

function isDecorated(node: Node, ...names: readonly string[]): boolean {
  const decorators: Node[] = node.decorators ?? [];
  return decorators.some(({ expression }) => names.includes(expression.callee?.name));
}
