/** The source as the architecture test sees it: every file parsed, with its imports, its `new` expressions and its ambient inputs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** Maps the path of each file, from the root of the repository and with `/`, to its text. */
export type Sources = Readonly<Record<string, string>>;

export interface Import {
  /** The path of one of our files, or the name of a package (`node:fs` for modules of Node). */
  readonly to: string;
  readonly isOurs: boolean;
  /** Whether the import brings in types only, so that nothing of it remains at run time. */
  readonly isType: boolean;
}

export interface SourceClass {
  readonly name: string;
  readonly base: string | null;
  /** How many arguments its own constructor takes. */
  readonly parameters: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
  readonly classes: readonly SourceClass[];
  /** The class names after `new`. */
  readonly made: readonly string[];
  /** Inputs that are read directly instead of being handed in: `process.env`, the wall clock, randomness. */
  readonly ambient: readonly string[];
}

/** Every TypeScript file below a folder, including generated ones. */
export function readSources(root: string, folder: string): Sources {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path));
  return Object.fromEntries(
    paths
      .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
      .sort()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  );
}

export function parseSources(sources: Sources): SourceFile[] {
  return Object.entries(sources).map(([path, text]) => parseSource(path, text));
}

function parseSource(path: string, text: string): SourceFile {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const imports: Import[] = [];
  const classes: SourceClass[] = [];
  const made: string[] = [];
  const ambient: string[] = [];
  visit(program, (node) => {
    const found = importOf(path, node);
    if (found) imports.push(found);
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') classes.push(classOf(node));
    if (node.type === 'NewExpression') made.push(nameOf(node.callee));
    ambient.push(...ambientOf(node));
  });
  return { path, text, imports, classes, made, ambient };
}

// biome-ignore lint/suspicious/noExplicitAny: a node of any kind, looked at by its `type`
export type Node = any;

export function visit(node: Node, look: (node: Node) => void): void {
  if (typeof node?.type === 'string') look(node);
  for (const child of Object.values(node)) if (child !== null && typeof child === 'object') visit(child, look);
}

function importOf(path: string, node: Node): Import | null {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      if (!node.source) return null;
      const kind = node.importKind ?? node.exportKind;
      const names: Node[] = node.specifiers ?? [];
      const isType = kind === 'type' || (names.length > 0 && names.every((name) => (name.importKind ?? name.exportKind) === 'type'));
      return resolveImport(path, node.source.value, isType);
    }
    case 'ImportExpression':
      return resolveImport(path, String(node.source.value), false);
    case 'TSImportType':
      return resolveImport(path, node.source.value, true);
    case 'CallExpression':
      return nameOf(node.callee) === 'require' ? resolveImport(path, String(node.arguments[0]?.value), false) : null;
    default:
      return null;
  }
}

function resolveImport(path: string, specifier: string, isType: boolean): Import {
  if (specifier.startsWith('.')) {
    return { to: posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts'), isOurs: true, isType };
  }
  if (specifier.startsWith('node:')) return { to: specifier, isOurs: false, isType };
  const length = specifier.startsWith('@') ? 2 : 1;
  return { to: specifier.split('/').slice(0, length).join('/'), isOurs: false, isType };
}

function classOf(node: Node): SourceClass {
  const maker = node.body.body.find((member: Node) => member.kind === 'constructor');
  return { name: node.id?.name ?? '', base: nameOf(node.superClass) || null, parameters: maker?.value.params.length ?? 0 };
}

const RANDOM = ['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'getRandomValues'];

function ambientOf(node: Node): string[] {
  if (node.type === 'NewExpression') return nameOf(node.callee) === 'Date' && node.arguments.length === 0 ? ['the clock'] : [];
  if (node.type === 'ImportSpecifier') return RANDOM.includes(node.imported.name) ? ['randomness'] : [];
  if (node.type === 'ImportDeclaration') return node.source.value === 'node:process' ? ['process.env'] : [];
  if (node.type === 'VariableDeclarator') {
    return nameOf(node.init) === 'process' && node.id.type === 'ObjectPattern' ? ['process.env'] : [];
  }
  if (node.type !== 'MemberExpression') return [];
  const name = nameOf(node);
  if (name === 'process.env') return ['process.env'];
  if (['Date.now', 'performance.now', 'process.hrtime'].includes(name)) return ['the clock'];
  return name === 'Math.random' || RANDOM.includes(name.split('.').at(-1) ?? '') ? ['randomness'] : [];
}

/** The dotted name of an identifier or member access, such as `a.b`; empty for anything else. */
function nameOf(node: Node): string {
  if (node?.type === 'Identifier') return node.name;
  if (node?.type !== 'MemberExpression') return '';
  return `${nameOf(node.object)}.${node.computed ? String(node.property.value) : nameOf(node.property)}`;
}
