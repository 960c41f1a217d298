/** The comparisons of the contract test: schemas, descriptions, rule ids, the tables of settings, the lock file. */
import { buildSchema, type GraphQLSchema, introspectionFromSchema } from 'graphql';
import { parseSync } from 'oxc-parser';
import { type Node, visit } from './sources.js';

type Introspection = ReturnType<typeof introspectionFromSchema>['__schema'];
type IntrospectionType = Introspection['types'][number];
interface Member {
  readonly name: string;
  readonly type: unknown;
  readonly defaultValue?: string | null | undefined;
  readonly args?: readonly Member[];
}

/** Parts of the contract that the schema lacks or defines differently. The schema may have more than the contract. */
export function missingFrom(schema: GraphQLSchema, contract: string): string[] {
  const given = typesOf(schema);
  return typesOf(buildSchema(contract)).flatMap((asked) => {
    const found = given.find(({ name }) => name === asked.name);
    if (found?.kind !== asked.kind) return [`${asked.kind} ${asked.name}`];
    return [
      ...missingMembers(asked.name, membersOf(asked), membersOf(found)),
      ...valuesOf(asked)
        .filter((value) => !valuesOf(found).includes(value))
        .map((value) => `${asked.name}.${value}`),
    ];
  });
}

function missingMembers(path: string, asked: readonly Member[], given: readonly Member[]): string[] {
  return asked.flatMap((member) => {
    const found = given.find(({ name }) => name === member.name);
    const place = `${path}.${member.name}`;
    if (!found) return [place];
    const differences: string[] = [];
    if (printType(found.type) !== printType(member.type))
      differences.push(`${place}: ${printType(member.type)}, not ${printType(found.type)}`);
    if (found.defaultValue !== member.defaultValue) differences.push(`${place} = ${member.defaultValue}, not ${found.defaultValue}`);
    return [...differences, ...missingMembers(place, member.args ?? [], found.args ?? []), ...unaskedArguments(place, member, found)];
  });
}

/** A new required argument would break the clients of the contract. */
function unaskedArguments(path: string, asked: Member, given: Member): string[] {
  return (given.args ?? [])
    .filter(
      ({ name, type, defaultValue }) => !asked.args?.some((arg) => arg.name === name) && printType(type).endsWith('!') && !defaultValue,
    )
    .map(({ name }) => `${path} asks for ${name}`);
}

/** Every type, field, argument, input field and enum value without a description. */
export function undescribed(schema: GraphQLSchema): string[] {
  return typesOf(schema).flatMap((type) => {
    const parts: [string, { description?: string | null | undefined }][] = [[type.name, type]];
    if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') {
      for (const field of type.fields) {
        parts.push(
          [`${type.name}.${field.name}`, field],
          ...field.args.map((arg): [string, typeof arg] => [`${type.name}.${field.name}(${arg.name})`, arg]),
        );
      }
    }
    if (type.kind === 'INPUT_OBJECT')
      parts.push(...type.inputFields.map((field): [string, typeof field] => [`${type.name}.${field.name}`, field]));
    if (type.kind === 'ENUM') parts.push(...type.enumValues.map((value): [string, typeof value] => [`${type.name}.${value.name}`, value]));
    return parts.filter(([, { description }]) => !description?.trim()).map(([name]) => name);
  });
}

const BUILT_IN = ['String', 'Boolean', 'Int', 'Float', 'ID'];

function typesOf(schema: GraphQLSchema): IntrospectionType[] {
  const { types } = introspectionFromSchema(schema, { descriptions: true }).__schema;
  return types.filter(({ name }) => !name.startsWith('__') && !BUILT_IN.includes(name));
}

function membersOf(type: IntrospectionType): readonly Member[] {
  if (type.kind === 'OBJECT' || type.kind === 'INTERFACE') return type.fields;
  return type.kind === 'INPUT_OBJECT' ? type.inputFields : [];
}

function valuesOf(type: IntrospectionType): string[] {
  return type.kind === 'ENUM' ? type.enumValues.map(({ name }) => name) : [];
}

function printType(type: unknown): string {
  const { kind, name, ofType } = type as { kind: string; name?: string; ofType?: unknown };
  if (kind === 'NON_NULL') return `${printType(ofType)}!`;
  return kind === 'LIST' ? `[${printType(ofType)}]` : String(name);
}

/** The ids of the rules that a page states, as in `**R1. One door.**`. */
export function rulesIn(page: string): string[] {
  return [...page.matchAll(/^\*\*(R\d+)\. /gm)].map((match) => match[1] as string);
}

/** Rules that no test title proves, rules that no source names, and ids that are not rules. */
export function ruleFaults(rules: readonly string[], sources: readonly string[], tests: readonly string[]): string[] {
  const kept = new Set(sources.flatMap(idsIn));
  const told = tests.map((text) => readTest(text));
  const proved = new Set(
    told.flatMap(({ titles }) =>
      titles.flatMap((title) => [...title.matchAll(/\[(R\d[^\]]*)\]/g)].flatMap((match) => idsIn(match[1] ?? ''))),
    ),
  );
  const named = new Set([...kept, ...told.flatMap(({ titles, comments }) => [...titles, ...comments].flatMap(idsIn))]);
  return [
    ...rules.filter((rule) => !proved.has(rule)).map((rule) => `no test proves ${rule}`),
    ...rules.filter((rule) => !kept.has(rule)).map((rule) => `no source keeps ${rule}`),
    ...[...named].filter((id) => !rules.includes(id)).map((id) => `${id} is no rule`),
  ];
}

const idsIn = (text: string) => text.match(/\bR\d+\b/g) ?? [];

function readTest(text: string): { titles: string[]; comments: string[] } {
  const { program, comments } = parseSync('a.test.ts', text);
  const titles: string[] = [];
  visit(program, (node) => {
    if (node.type === 'CallExpression' && isTest(node.callee)) titles.push(textOf(node.arguments[0]));
  });
  return { titles, comments: comments.map(({ value }) => value) };
}

/** Matches `test`, `it`, `describe` and their variants, such as `test.each(table)` and `describe.runIf(x)`. */
function isTest(callee: Node): boolean {
  if (callee?.type === 'Identifier') return ['test', 'it', 'describe'].includes(callee.name);
  const inner = callee?.object ?? callee?.callee;
  return inner !== undefined && isTest(inner);
}

function textOf(node: Node): string {
  if (node?.type === 'TemplateLiteral') return node.quasis.map((part: Node) => part.value.cooked).join('…');
  return typeof node?.value === 'string' ? node.value : '';
}

/** The rows of the tables of settings: name, values, default, meaning. */
export function settingsIn(page: string): string[][] {
  return [...page.matchAll(/^\| `([A-Z_]+)` \| (.*?) \| (.*?) \| (.*?) \|$/gm)].map((match) => match.slice(1));
}

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Optional packages (platform binaries) that a package requires and the lock file lacks: on those platforms `npm ci` fails or omits them.
 */
export function missingFromLock(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
  );
}

function isLocked(packages: Readonly<Record<string, LockedPackage>>, path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}
